//! All contenders by name: how a child process finds the one it was started for, and how a run
//! is put together.

use crate::Result;
use crate::bars::bar::Bar;
use crate::bars::contender::Contender;
use crate::bars::floors::Floor;

/// A contender as it is listed: they live as long as the program.
pub(crate) type Listed = &'static dyn Contender;

/// # Errors
/// If there is none of this name.
pub(crate) fn find(name: &str) -> Result<Listed> {
    let floors = Floor::ALL.iter().flat_map(|floor| floor.variants());
    let mut all = floors.chain(crate::bars::ALL).copied();
    all.find(|contender| contender.name() == name)
        .ok_or_else(|| format!("there is no contender {name:?}").into())
}

/// What one run measures.
#[derive(Default)]
pub(crate) struct Selection {
    pub(crate) bars: Vec<(Bar, Listed)>,
    pub(crate) floors: Vec<Floor>,
}

impl Selection {
    /// Bars and floors with `part` in their names, or all, and the floors that those bars need.
    pub(crate) fn of(part: Option<&str>) -> Self {
        let wanted = |name: &str| part.is_none_or(|part| name.contains(part));
        let mut selection = Self::default();
        for &contender in crate::bars::ALL {
            let bars = contender.bars().into_iter().filter(|bar| wanted(bar.name));
            selection.bars.extend(bars.map(|bar| (bar, contender)));
        }
        let needed =
            |floor: &Floor| selection.bars.iter().any(|(bar, _)| bar.floor() == Some(*floor));
        selection.floors =
            Floor::ALL.into_iter().filter(|floor| wanted(floor.name()) || needed(floor)).collect();
        selection
    }

    /// Each contender once, floors first.
    pub(crate) fn contenders(&self) -> Vec<Listed> {
        let floors = self.floors.iter().flat_map(|floor| floor.variants()).copied();
        let mut contenders: Vec<Listed> = Vec::new();
        for contender in floors.chain(self.bars.iter().map(|(_, contender)| *contender)) {
            if !contenders.iter().any(|listed| listed.name() == contender.name()) {
                contenders.push(contender);
            }
        }
        contenders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contender_is_found_under_its_own_name() {
        for contender in Selection::of(None).contenders() {
            let found = find(contender.name()).expect("it is listed");
            assert_eq!(found.name(), contender.name());
        }
    }

    #[test]
    fn no_two_contenders_share_a_name() {
        let floors = Floor::ALL.iter().flat_map(|floor| floor.variants());
        let mut names: Vec<_> =
            floors.chain(crate::bars::ALL).map(|listed| listed.name()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_selection_by_name_leaves_the_rest_out() {
        let selection = Selection::of(Some("futex each way"));
        assert_eq!(selection.floors, [Floor::FutexTwoCpus, Floor::FutexOneCpu]);
        assert!(selection.bars.is_empty());
    }
}
