//! A main that tests can kill, bound to the endpoint in the first argument.
//!
//! Its renderers tell it when to die: at a message, in the middle of a call, or with a full ring.
//! With a second and a third argument it spawns that program as a renderer with that scenario.

use ringmain::{Args, BoxError, Value};
use ringmain_tests::{Watchdog, die, in_a_child, numbered, obey_denial, options, until_eof};
use std::process::Command;

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let words: Vec<_> = std::env::args().skip(1).collect();
    obey_denial();
    let main = options().ring_capacity(64 << 10).bind(&words[0])?;

    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.handle("echo", |_event, args: Args| async move { Ok(Value::from(args.get(0))) })?;
    main.on("die", |_event, _args| die());
    main.handle("die", |_event, _args| async {
        die();
        Ok(())
    })?;
    main.on("answer-and-die", |event, args| {
        event.set_return_value(args.get(0)).unwrap();
        die();
    });
    main.on("farewell", |event, args| {
        for number in 0..args.get(0).as_i32().unwrap_or(0) {
            event.reply("numbered", numbered(number, 100)).unwrap();
        }
        die();
    });
    main.on("large-farewell", |event, args| {
        let len = args.get(0).as_i32().and_then(|len| usize::try_from(len).ok());
        event.reply("numbered", numbered(0, 1)).unwrap();
        event.reply("numbered", numbered(1, len.unwrap_or(0))).unwrap();
        die();
    });
    main.on("send-me", |event, args| {
        for number in 0..args.get(0).as_i32().unwrap_or(0) {
            event.reply("numbered", numbered(number, 100)).unwrap();
        }
        event.set_return_value(args.get(0))
    });
    main.on("hold", |_event, _args| {
        println!("holding");
        until_eof();
        die();
    });
    main.on("fork", |event, _args| {
        in_a_child(false, || {
            until_eof();
            true
        });
        event.set_return_value("forked")
    });
    main.on("ready", |_event, _args| die());

    if let [_, program, scenario] = words.as_slice() {
        let mut renderer = Command::new(program);
        renderer.arg(scenario);
        main.spawn(renderer)?;
    }
    println!("ready");
    main.run()?;
    Ok(())
}
