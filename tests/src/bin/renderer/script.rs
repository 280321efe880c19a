//! Scenario `script`: one step per word, and a report of what each brought.

use ringmain::{BoxError, Error, IpcRenderer, Value, args};
use std::time::{Duration, Instant};

/// Plays `step:channel` words in order. The outcome of each call is reported on the
/// channel "result".
pub(crate) fn play(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for word in words {
        let (step, channel) = word.split_once(':').unwrap_or((word, ""));
        let outcome = match step {
            "send" => {
                renderer.send(channel, args!["sent"])?;
                continue;
            }
            "sync" => renderer.send_sync(channel, args!["called"]),
            "sync-soon" => renderer.send_sync_deadline(channel, args![], soon()),
            "invoke" => renderer.invoke(channel, args!["invoked"]).wait(),
            "invoke-soon" => renderer.invoke(channel, args![]).wait_deadline(soon()),
            "late-answers" => Ok(Value::from(renderer.counters().late_answers)),
            _ => return Err(format!("no step '{step}'").into()),
        };
        renderer.send("result", args![report(outcome)])?;
    }
    Ok(())
}

/// A deadline that passes before an answer that waits for the next step.
fn soon() -> Instant {
    Instant::now() + Duration::from_millis(1)
}

fn report(outcome: Result<Value, Error>) -> String {
    match outcome {
        Ok(value) => value.to_string(),
        Err(error) => format!("failed: {error}"),
    }
}
