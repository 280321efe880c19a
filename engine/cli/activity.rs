//! What a main does, in words.

use crate::units::{legible, span};
use ringmain::monitor::{Activity, MainView, Turn};
use std::time::Duration;

/// A main that has not looked for events for so long is called stuck.
const STUCK: Duration = Duration::from_secs(1);

/// For how long a main is stuck, if it is.
pub(crate) fn stuck(main: &MainView) -> Option<Duration> {
    Some(main.stuck).filter(|stuck| *stuck >= STUCK)
}

/// One word for it.
pub(crate) fn word(main: &MainView) -> &'static str {
    match main.activity {
        _ if stuck(main).is_some() => "stuck",
        Activity::Elsewhere => "elsewhere",
        _ => "running",
    }
}

/// A sentence for it, without its subject.
pub(crate) fn sentence(main: &MainView) -> String {
    if let Some(stuck) = stuck(main) {
        let place = match (&main.listening, main.turn) {
            (Some(listening), _) => {
                format!(" in the listener of '{}'", legible(&listening.channel))
            }
            (None, Some(Turn::Renderer(id))) => format!(" with renderer {id}"),
            (None, Some(_)) => " in a handler".to_owned(),
            (None, None) => String::new(),
        };
        return format!("stuck for {}{place}", span(stuck));
    }
    // One that works changes thousands of times a second.
    let since = match main.since {
        short if short < Duration::from_secs(1) => String::new(),
        long => format!(" for {}", span(long)),
    };
    match (main.activity, main.turn) {
        (Activity::Asleep, _) => format!("asleep{since}"),
        (Activity::Busy, Some(Turn::Renderer(id))) => format!("busy with renderer {id}"),
        (Activity::Busy, Some(_)) => "busy with handlers".to_owned(),
        (Activity::Busy, None) => "busy".to_owned(),
        _ => format!("outside of run and dispatch{since}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringmain::monitor::Listening;

    fn main(activity: Activity, stuck_ms: u64, turn: Option<Turn>) -> MainView {
        let mut main = MainView::default();
        (main.activity, main.turn) = (activity, turn);
        (main.stuck, main.since) = (Duration::from_millis(stuck_ms), Duration::from_secs(61));
        main
    }

    #[test]
    fn a_main_that_goes_on_is_not_stuck() {
        let busy = main(Activity::Busy, 900, Some(Turn::Renderer(3)));
        assert_eq!((word(&busy), &*sentence(&busy)), ("running", "busy with renderer 3"));
        let asleep = main(Activity::Asleep, 0, None);
        assert_eq!((word(&asleep), &*sentence(&asleep)), ("running", "asleep for 1 min 1 s"));
        let mut elsewhere = main(Activity::Elsewhere, 0, None);
        elsewhere.since = Duration::from_millis(999);
        assert_eq!(word(&elsewhere), "elsewhere");
        assert_eq!(sentence(&elsewhere), "outside of run and dispatch");
    }

    #[test]
    fn a_stuck_main_is_told_with_the_place_as_far_as_it_is_known() {
        let mut stuck = main(Activity::Busy, 3_500, Some(Turn::Handlers));
        assert_eq!((word(&stuck), &*sentence(&stuck)), ("stuck", "stuck for 3 s in a handler"));
        let mut listening = Listening::default();
        listening.channel = "x\n".to_owned();
        stuck.listening = Some(listening);
        assert_eq!(sentence(&stuck), "stuck for 3 s in the listener of 'x\\n'");
    }
}
