//! Both sides inside tokio: `cargo run --release --example tokio --features tokio`.
//!
//! The main spawns this very program as its renderer. Its handler sleeps without holding up anything,
//! and the renderer awaits ten answers at once.

use ringmain::{Args, BoxError, Error, IpcMain, IpcRenderer, args};
use std::process::Command;
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    match IpcRenderer::from_env() {
        Ok(renderer) => run_renderer(&renderer).await,
        Err(Error::NotSpawned { .. }) => run_main().await,
        Err(error) => Err(error.into()),
    }
}

async fn run_main() -> Result<(), BoxError> {
    let main = IpcMain::new()?;
    main.handle("later", |_event, args: Args| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(args.get(0).to::<i32>()? * 2)
    })?;
    main.on_render_process_gone({
        let main = main.clone();
        move |_page, details| {
            println!("main      the renderer is gone: {}", details.reason.as_str());
            main.stop();
        }
    });
    main.spawn(Command::new(std::env::current_exe()?))?;
    main.run_async().await?; // other tasks of this thread run meanwhile
    main.close();
    Ok(())
}

async fn run_renderer(renderer: &IpcRenderer) -> Result<(), BoxError> {
    let driver = tokio::spawn({
        let renderer = renderer.clone();
        async move { renderer.run_async().await }
    });
    let asked: Vec<_> = (0..10).map(|number| renderer.invoke("later", args![number])).collect();
    for (number, answer) in (0..10).zip(asked) {
        println!("renderer  twice {number} is {}", answer.await?);
    }
    renderer.stop();
    Ok(driver.await??)
}
