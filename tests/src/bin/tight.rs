//! A process with little address space: `tight main ENDPOINT MEBIBYTES` or `tight renderer ENDPOINT MEBIBYTES`.
//!
//! The limit is so many mebibytes above what the process has once it is ready. It prints how it fared: a main
//! each diagnostic, a renderer what its calls and its loop returned.

use ringmain::value::Bytes;
use ringmain::{Args, BoxError, Error, IpcRenderer, Value, args};
use ringmain_tests::{Watchdog, limit_address_space, options};
use std::future::pending;

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [role, endpoint, mebibytes] = words.as_slice() else { return Err("three words".into()) };
    let slack = mebibytes.parse::<usize>()? << 20;
    if role == "main" { main_process(endpoint, slack) } else { renderer(endpoint, slack) }
}

fn main_process(endpoint: &str, slack: usize) -> Result<(), BoxError> {
    let main = options().bind(endpoint)?;
    main.on_diagnostic(|diagnostic| println!("{diagnostic}"));
    main.on("ping", |event, args| event.set_return_value(args.get(0)));
    main.on("note", |_event, _args| {});
    main.on("len", |event, args| {
        event.set_return_value(args.get(0).as_bytes().map_or(0.0, |bytes| bytes.len() as f64))
    });
    // A copy of the first one of several arguments.
    main.on("copy", |event, args| event.set_return_value(Value::new(args.get(0))?));
    main.on("owned", |event, args| {
        let owned = args.to_owned();
        event.set_return_value(owned.len() as f64)
    });
    // All that is shared in it apart.
    main.on("texts", |event, args| {
        let texts: Vec<String> = args.to(0)?;
        event.set_return_value(texts.len() as f64)?;
        Ok::<_, BoxError>(())
    });
    main.on("serde", |event, args| {
        let texts: Vec<String> = ringmain::value::serde::from_value(args.get(0))?;
        event.set_return_value(texts.len() as f64)?;
        Ok::<_, BoxError>(())
    });
    main.on("send-me", |event, args| {
        let len = args.get(0).as_i32().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
        event.reply("filling", args![Bytes(&vec![7; len])])
    });
    main.handle("slow", |_event, args: Args| async move {
        pending::<()>().await;
        Ok(args.len() as f64)
    })?;
    main.handle("make", |_event, args: Args| async move {
        let len = args.get(0).as_i32().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len)?;
        bytes.resize(len, 7);
        Ok(Value::new(Bytes(&bytes))?)
    })?;
    limit_address_space(slack);
    println!("ready");
    main.run()?;
    Ok(())
}

fn renderer(endpoint: &str, slack: usize) -> Result<(), BoxError> {
    let renderer = IpcRenderer::connect(endpoint)?;
    renderer.on("filling", |_event, _args| println!("filled"));
    limit_address_space(slack);
    println!("ready");
    let asked = std::io::read_to_string(std::io::stdin())?;
    let [how, len] = asked.split_whitespace().collect::<Vec<_>>()[..] else { return Ok(()) };
    let len = len.parse::<i32>()?;
    let outcome: Result<(), Error> = match how {
        "sync" => renderer.send_sync("make", args![len]).map(drop),
        "sync-small" => renderer.send_sync("ping", args![1]).map(drop),
        _ => renderer.send("make-me", args![len]).and_then(|()| renderer.run()),
    };
    println!("{outcome:?}");
    println!("{:?}", renderer.send_sync("ping", args![1]).map(|value| value.as_i32()));
    Ok(())
}
