//! Values of every kind, as a seed decides: graphs whose nodes are shared and lead back to
//! themselves. The same seed makes the same value in every process.

use ringmain::value::{
    BigIntRef, Builder, Date, ErrorName, Key, Primitive, RegExp, Slot, ViewKind, Wtf8,
};
use ringmain::{Args, Value};

/// Arguments of `slots` nodes or more, the first `roots` of which are arguments.
///
/// # Panics
///
/// Never: the nodes are few and small.
#[must_use]
pub fn any_args(seed: u64, roots: usize, slots: usize) -> Args {
    let mut builder = Builder::args(roots);
    let given = (0..roots).map(|position| builder.root(position)).collect();
    fill(&mut builder, given, Dice(seed), slots);
    builder.finish_args().expect("a small message")
}

/// A value of `slots` nodes or more.
///
/// # Panics
///
/// Never: the nodes are few and small.
#[must_use]
pub fn any_value(seed: u64, slots: usize) -> Value {
    let mut builder = Builder::value();
    let root = builder.root(0);
    fill(&mut builder, vec![root], Dice(seed), slots);
    builder.finish_value().expect("a small value")
}

/// Numbers that look random: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// One of `0..bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or_default()
    }

    fn small(&mut self) -> u32 {
        self.next().to_le_bytes()[0].into()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(40)).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// Text of all lengths around that of short strings, sometimes with lone surrogates.
    fn text(&mut self) -> Vec<u16> {
        let letters: &[u16] = match self.below(4) {
            0 => &[0x61, 0x62, 0x30],
            1 => &[0x61, 0xe4, 0x20ac],
            2 => &[0x61, 0x22, 0x0a, 0],
            _ => &[0x61, 0xd83d, 0xde00, 0xd83d, 0xde00],
        };
        (0..self.below(20)).map(|_| self.pick(letters)).collect()
    }

    fn number(&mut self) -> f64 {
        match self.below(3) {
            0 => f64::from_bits(self.next()),
            1 => f64::from(self.small()) / 4.0,
            _ => self.pick(&[0.0, -0.0, f64::NAN, f64::INFINITY, 1e21, 4_294_967_295.0]),
        }
    }
}

/// Writes every slot, those given and fresh ones.
fn fill(builder: &mut Builder, given: Vec<Slot>, mut dice: Dice, slots: usize) {
    let mut all = given;
    while all.len() < slots {
        all.push(builder.reserve());
    }
    let (mut buffers, mut others) = (Vec::new(), Vec::new());
    for slot in &all {
        if dice.below(10) == 0 {
            let contents = dice.bytes();
            builder.buffer(*slot, &contents);
            buffers.push((*slot, contents.len()));
        } else {
            others.push(*slot);
        }
    }
    for slot in others {
        node(builder, slot, &all, &buffers, &mut dice);
    }
}

fn node(
    builder: &mut Builder,
    slot: Slot,
    all: &[Slot],
    buffers: &[(Slot, usize)],
    dice: &mut Dice,
) {
    let some =
        |dice: &mut Dice| -> Vec<Slot> { (0..dice.below(5)).map(|_| dice.pick(all)).collect() };
    match dice.below(20) {
        0 => builder.undefined(slot),
        1 => builder.null(slot),
        2 => builder.bool(slot, dice.below(2) == 1),
        3 => builder.int(slot, dice.pick(&[0, 1, -1, i32::MAX, i32::MIN])),
        4 => builder.float(slot, dice.number()),
        5 | 6 => builder.string_utf16(slot, &dice.text()),
        7 => builder.bytes(slot, &dice.bytes()),
        8 => builder.array_of(slot, &some(dice)),
        9 => {
            let entries: Vec<(String, Slot)> = some(dice)
                .into_iter()
                .map(|value| (String::from_utf16_lossy(&dice.text()), value))
                .collect();
            builder.object(slot, &entries);
        }
        10 => builder.bigint(slot, dice.below(2) == 1, &dice.bytes()),
        11 => builder.date(slot, Date::new(dice.number())),
        12 => {
            let flags = dice.pick(&["", "g", "dgimsuy", "v"]);
            builder.regexp(slot, RegExp::new("a+/[b]", flags).expect("flags"));
        }
        13 => error(builder, slot, all, dice),
        14 => boxed(builder, slot, dice),
        15 => {
            let entries: Vec<_> = some(dice).into_iter().map(|it| (it, dice.pick(all))).collect();
            builder.map(slot, &entries);
        }
        16 => builder.set(slot, &some(dice)),
        17 => sparse(builder, slot, &some(dice), dice),
        _ => match buffers.is_empty() {
            true => builder.bytes(slot, &[]),
            false => view(builder, slot, buffers, dice),
        },
    }
}

fn error(builder: &mut Builder, slot: Slot, all: &[Slot], dice: &mut Dice) {
    let name = dice.pick(&ErrorName::ALL);
    let message = dice.pick(&[None, Some(Wtf8::from("a message, not a short one"))]);
    let stack = dice.pick(&[None, Wtf8::new(b"at \xed\xa0\x80")]);
    let cause = dice.pick(all);
    let cause = dice.pick(&[None, Some(cause)]);
    builder.error(slot, name, message, stack, cause);
}

fn boxed(builder: &mut Builder, slot: Slot, dice: &mut Dice) {
    let number = dice.number();
    builder.boxed(
        slot,
        match dice.below(4) {
            0 => Primitive::Bool(true),
            1 => Primitive::Number(number),
            2 => Primitive::BigInt(BigIntRef::new(true, &[1, 2, 3])),
            _ => Primitive::String("a string in a box".into()),
        },
    );
}

fn sparse(builder: &mut Builder, slot: Slot, values: &[Slot], dice: &mut Dice) {
    let length = dice.pick(&[1, 100, u32::MAX]);
    let entries: Vec<(Key<'_>, Slot)> = values
        .iter()
        .map(|value| match dice.below(3) {
            0 => (Key::Name("property".into()), *value),
            1 => (Key::Index(length - 1), *value),
            _ => (Key::Index(dice.small() % length), *value),
        })
        .collect();
    builder.sparse_array(slot, length, &entries);
}

fn view(builder: &mut Builder, slot: Slot, buffers: &[(Slot, usize)], dice: &mut Dice) {
    let kind = dice.pick(&ViewKind::ALL);
    let ((buffer, held), element) = (dice.pick(buffers), kind.element_size());
    let offset = dice.below(held / element + 1);
    let len = dice.below(held / element - offset + 1);
    builder.view(slot, kind, buffer, offset * element, len * element);
}
