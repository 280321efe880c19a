//! A main and a renderer in one process, of which the renderer is honest and stays so.

use crate::support::caught;
use ringmain::rkyv::rancor::{Fallible, Source};
use ringmain::rkyv::ser::{Allocator, Writer};
use ringmain::rkyv::string::{ArchivedString, StringResolver};
use ringmain::rkyv::{self, Archive, Place, Serialize, SerializeUnsized};
use ringmain::{Channel, Error, IpcMain, IpcRenderer, MainOptions, args};
use std::sync::mpsc::channel;

struct Pair {
    main: IpcMain,
    renderer: IpcRenderer,
}

impl Pair {
    fn new(test: &str) -> Self {
        let name = format!("sound-{test}-{}", std::process::id());
        let main = MainOptions::new().ring_capacity(64 << 10).bind(&name).unwrap();
        let renderer = std::thread::scope(|scope| {
            let renderer = scope.spawn(|| IpcRenderer::connect(&name).unwrap());
            while !renderer.is_finished() {
                main.dispatch(1).unwrap();
            }
            renderer.join().unwrap()
        });
        Self { main, renderer }
    }

    /// What of "note" main gets, after all else.
    fn is_still_there(&self) -> bool {
        let (tx, rx) = channel();
        let id = self.main.on("note", move |_event, args| tx.send(args.to_string()));
        let sent = self.renderer.send("note", args!["still here"]);
        while self.main.dispatch(usize::MAX).unwrap() > 0 {}
        self.main.remove_listener("note", id);
        sent.is_ok() && rx.try_iter().any(|text| text == r#"["still here"]"#)
    }
}

#[test]
fn bytes_longer_than_any_are_too_large_to_claim() {
    let pair = Pair::new("claims");
    let page = pair.main.all_web_contents().remove(0);
    for len in [usize::MAX, usize::MAX - 47, usize::MAX - 7, usize::MAX / 2, 1 << 40] {
        let claimed = caught(|| pair.renderer.claim("raw", len).map(|claim| claim.commit(1000)));
        assert!(matches!(claimed, Ok(Err(Error::TooLarge { .. }))), "{len}: {claimed:?}");
        let claimed = caught(|| page.claim("raw", len).map(|claim| claim.commit(1000)));
        assert!(matches!(claimed, Ok(Err(Error::TooLarge { .. }))), "{len}: {claimed:?}");
    }
    assert!(pair.is_still_there());
}

/// A text that writes one thing, and says that it is another.
struct Liar;

const TEXT: &str = "a text that does not fit into a root";
const LONGER: &str =
    "a text that does not fit into a root, and goes on behind it for a good while yet";

impl Archive for Liar {
    type Archived = ArchivedString;
    type Resolver = StringResolver;

    fn resolve(&self, resolver: StringResolver, out: Place<ArchivedString>) {
        ArchivedString::resolve_from_str(LONGER, resolver, out);
    }
}

impl<S: Fallible<Error: Source> + Allocator + Writer + ?Sized> Serialize<S> for Liar
where
    str: SerializeUnsized<S>,
{
    fn serialize(&self, serializer: &mut S) -> Result<StringResolver, S::Error> {
        ArchivedString::serialize_from_str(TEXT, serializer)
    }
}

#[derive(Default, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
#[rkyv(serialize_bounds(__S: Writer + Allocator, __S::Error: Source))]
#[rkyv(bytecheck(bounds(
    __C: rkyv::validation::ArchiveContext,
    __C::Error: Source
)))]
struct Nested {
    #[rkyv(omit_bounds)]
    next: Option<Box<Nested>>,
}

static LIES: Channel<Liar> = Channel::new("lies", 1);
static NESTED: Channel<Nested> = Channel::new("nested", 1);

#[test]
fn a_type_that_is_not_what_it_says_is_refused_where_it_is_sent() {
    let pair = Pair::new("liar");
    pair.main.on_typed(&LIES, |_event, text| println!("{text}"));
    let sent = pair.renderer.send_typed(&LIES, &Liar);
    assert!(pair.is_still_there(), "main has cut the renderer off");
    assert!(matches!(sent, Err(Error::Malformed(_))), "{sent:?}");
    let page = pair.main.all_web_contents().remove(0);
    pair.renderer.on_typed(&LIES, |_event, text| println!("{text}"));
    let sent = page.send_typed(&LIES, &Liar);
    let read = pair.renderer.dispatch(usize::MAX);
    assert!(matches!(sent, Err(Error::Malformed(_))) && read.is_ok(), "{sent:?} {read:?}");
    assert!(pair.is_still_there());
}

#[test]
fn a_type_that_is_nested_too_deeply_is_refused_where_it_is_sent() {
    let pair = Pair::new("nested");
    pair.main.on_typed(&NESTED, |_event, nested| println!("{}", nested.next.is_some()));
    let nested = |levels| {
        (1..levels).fold(Nested::default(), |next, _| Nested { next: Some(Box::new(next)) })
    };
    let deepest = pair.renderer.send_typed(&NESTED, &nested(ringmain::typed::DEPTH_MAX));
    let deeper = pair.renderer.send_typed(&NESTED, &nested(ringmain::typed::DEPTH_MAX + 1));
    assert!(pair.is_still_there(), "main has cut the renderer off");
    assert!(deepest.is_ok() && matches!(deeper, Err(Error::Malformed(_))), "{deeper:?}");
}

#[test]
fn a_value_that_is_refused_is_not_sent() {
    let pair = Pair::new("builder");
    let mut builder = ringmain::Builder::args(1);
    let key = builder.reserve();
    builder.string(key, "key");
    builder.object_of(builder.root(0), &[(key, key)]);
    builder.null(key);
    let sent = builder.finish_args().and_then(|args| pair.renderer.send("any", args));
    assert!(pair.is_still_there(), "main has cut the renderer off");
    assert!(matches!(sent, Err(Error::Malformed(_))), "{sent:?}");
}

/// What is done when a thread's other locals are gone already.
struct Late(Option<Box<dyn FnOnce()>>);

impl Drop for Late {
    fn drop(&mut self) {
        if let Some(act) = self.0.take() {
            act();
        }
    }
}

thread_local! {
    static LATE: std::cell::RefCell<Late> = const { std::cell::RefCell::new(Late(None)) };
}

#[test]
fn a_thread_that_is_ending_may_still_send_types() {
    static TEXTS: Channel<Vec<String>> = Channel::new("texts", 1);
    let pair = Pair::new("ending");
    let page = pair.main.all_web_contents().remove(0);
    let renderer = pair.renderer.clone();
    let (tx, rx) = channel();
    let ending = std::thread::spawn(move || {
        let send = move || {
            let texts = vec!["text".to_owned(); 3];
            let sent = [page.send_typed(&TEXTS, &texts), renderer.send_typed(&TEXTS, &texts)];
            // Nobody listens any more if a send before has failed the test.
            let _ = tx.send(sent);
        };
        // Made before what the sends need, and so dropped after it.
        LATE.with(|late| drop(late.borrow_mut()));
        send();
        LATE.with(|late| late.borrow_mut().0 = Some(Box::new(send)));
    });
    ending.join().unwrap();
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), [[Ok(()), Ok(())], [Ok(()), Ok(())]]);
}
