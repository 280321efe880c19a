//! Whether a listener failed, which spoils a measurement though no caller is told of it.

use std::sync::Arc;

use parking_lot::Mutex;
use ringmain::{IpcMain, IpcRenderer};

use crate::Result;

/// The first failure of the listeners of one endpoint, if there is one.
#[derive(Debug, Default, Clone)]
pub(super) struct Failed {
    first: Arc<Mutex<Option<String>>>,
}

impl Failed {
    pub(super) fn of_main(main: &IpcMain) -> Self {
        let failed = Self::default();
        let noted = failed.clone();
        main.on_diagnostic(move |diagnostic| noted.note(&diagnostic));
        failed
    }

    pub(super) fn of_renderer(renderer: &IpcRenderer) -> Self {
        let failed = Self::default();
        let noted = failed.clone();
        renderer.on_uncaught(move |_, error| noted.note(error));
        failed
    }

    pub(super) fn check(&self) -> Result<()> {
        self.first.lock().as_ref().map_or(Ok(()), |failure| Err(failure.clone().into()))
    }

    #[cold]
    fn note(&self, failure: &dyn std::fmt::Display) {
        self.first.lock().get_or_insert_with(|| failure.to_string());
    }
}
