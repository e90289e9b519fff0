//! Which strand is next: the rule that both execution and its simulation follow, and what it means for memory.

use crate::strands::{Keep, Resume, Strand};
use std::collections::{BTreeMap, BTreeSet};

/// The strands that nobody has taken, and the pasts that they wait for.
///
/// The first strand that is ready is next; out of turn, only if its pasts fit beside those that are held. Nobody waits in
/// vain: the first strand of all needs a past that an earlier strand keeps, and that one is being computed, or the strand
/// is ready; and in its turn a strand always fits.
#[derive(Debug)]
pub struct Agenda<'a> {
    strands: &'a [Strand],
    taken: Vec<bool>,
    /// The first strand that nobody has taken.
    turn: usize,
    /// Strands whose past is there.
    ready: BTreeSet<usize>,
    /// Strands that have yet to resume from each past that is there.
    users: BTreeMap<Resume, usize>,
    /// Positions of the pasts that are there or promised by strands that have been taken.
    held: u64,
    /// Positions that may be held beside a strand that is taken out of turn, its own included.
    limit: u64,
}

/// Most positions that pasts hold at a time.
///
/// When a strand is taken out of turn, they are at most the limit. On top come those of strands taken in their turn since.
/// Such a past that is still waited for is part of the path of the last of these strands, for what waits for it comes
/// later, and a subtree's rows are consecutive: together they are one nest. Those that nobody waits for any more are being
/// copied, one by each of the other teams.
pub fn most_positions(strands: &[Strand], teams: usize) -> u64 {
    let others = teams.min(strands.len()).saturating_sub(1) as u64;
    let longest = strands.iter().flat_map(|strand| &strand.keeps).map(|keep| u64::from(keep.len)).max();
    limit(strands, teams) + longest_nest(strands) + others * longest.unwrap_or(0)
}

/// A nest for each team but the one whose turn it is.
fn limit(strands: &[Strand], teams: usize) -> u64 {
    teams.min(strands.len()).saturating_sub(1) as u64 * longest_nest(strands)
}

/// Most positions that pasts hold of which each is the beginning of the next.
fn longest_nest(strands: &[Strand]) -> u64 {
    // For each strand, what the pasts hold that are part of the path that it begins with.
    let mut before: Vec<u64> = Vec::with_capacity(strands.len());
    let mut most = 0;
    for strand in strands {
        let own = strand.resume.map_or(0, |Resume { from, len }| before[from] + positions(&strands[from].keeps, len));
        before.push(own);
        most = most.max(own + positions(&strand.keeps, u32::MAX));
    }
    most
}

/// What those of a strand's pasts hold that are at most `longest`.
fn positions(keeps: &[Keep], longest: u32) -> u64 {
    keeps.iter().take_while(|keep| keep.len <= longest).map(|keep| u64::from(keep.len)).sum()
}

impl<'a> Agenda<'a> {
    /// All strands, for a number of teams.
    pub fn new(strands: &'a [Strand], teams: usize) -> Self {
        Self {
            strands,
            taken: vec![false; strands.len()],
            turn: 0,
            ready: (0..strands.len()).filter(|&index| strands[index].resume.is_none()).collect(),
            users: BTreeMap::new(),
            held: 0,
            limit: limit(strands, teams),
        }
    }

    /// Whether every strand has been taken.
    pub fn is_done(&self) -> bool {
        self.turn == self.strands.len()
    }

    /// The next strand; `None` if one has to wait, or nothing is left.
    pub fn take(&mut self) -> Option<usize> {
        let keeps = |index: usize| positions(&self.strands[index].keeps, u32::MAX);
        let fits = |index: usize| index == self.turn || keeps(index) == 0 || self.held + keeps(index) <= self.limit;
        let index = self.ready.iter().copied().find(|&index| fits(index))?;
        self.held += keeps(index);
        self.ready.remove(&index);
        self.taken[index] = true;
        while self.taken.get(self.turn) == Some(&true) {
            self.turn += 1;
        }
        Some(index)
    }

    /// A past is there: the strands that need it become ready.
    pub fn kept(&mut self, from: usize, keep: &Keep) {
        self.users.insert(Resume { from, len: keep.len }, keep.users.len());
        self.ready.extend(&keep.users);
    }

    /// A strand has its copy of a past. Whether it was the last that needed it.
    pub fn resumed(&mut self, resume: Resume) -> bool {
        let Some(users) = self.users.get_mut(&resume) else { return false };
        *users -= 1;
        let last = *users == 0;
        if last {
            self.users.remove(&resume);
            self.held -= u64::from(resume.len);
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strands::Work;
    use proptest::prelude::*;

    /// Strands by what they resume from (strand, positions).
    fn strands(resumes: &[Option<(usize, u32)>]) -> Vec<Strand> {
        let mut strands: Vec<Strand> = Vec::new();
        for (user, resume) in resumes.iter().enumerate() {
            let resume = resume.map(|(from, len)| Resume { from, len });
            if let Some(Resume { from, len }) = resume {
                let keeps = &mut strands[from].keeps;
                match keeps.binary_search_by_key(&len, |keep| keep.len) {
                    Ok(known) => keeps[known].users.push(user),
                    Err(place) => keeps.insert(place, Keep { len, ready: len, users: vec![user] }),
                }
            }
            strands.push(Strand { rows: 0..1, resume, keeps: Vec::new(), flop: 1 });
        }
        strands
    }

    #[test]
    fn pasts_that_lie_in_one_another_add_up() {
        let strands =
            strands(&[None, Some((0, 100)), Some((1, 150)), Some((0, 5)), Some((3, 200)), None, Some((5, 220))]);
        assert_eq!(longest_nest(&strands), 5 + 100 + 150);
        assert_eq!((limit(&strands, 3), most_positions(&strands, 3)), (2 * 255, 3 * 255 + 2 * 220));
        assert_eq!(most_positions(&strands, 1), 255);
    }

    #[test]
    fn a_strand_out_of_turn_waits_until_its_pasts_fit() {
        let strands = strands(&[None, Some((0, 10)), None, Some((2, 10)), None]);
        let mut agenda = Agenda::new(&strands, 2);
        assert_eq!(agenda.take(), Some(0));
        // Strand 2 would hold 10 positions beside the 10 that strand 0 will; strand 4 holds none.
        assert_eq!((agenda.take(), agenda.take()), (Some(4), None));
        agenda.kept(0, &strands[0].keeps[0]);
        // In their turn, both go.
        assert_eq!((agenda.take(), agenda.take()), (Some(1), Some(2)));
        assert!(agenda.resumed(Resume { from: 0, len: 10 }));
        assert!(agenda.take().is_none() && !agenda.is_done());
        agenda.kept(2, &strands[2].keeps[0]);
        assert_eq!(agenda.take(), Some(3));
        assert!(agenda.resumed(Resume { from: 2, len: 10 }) && agenda.is_done());
        assert_eq!(agenda.held, 0);
    }

    /// What a team does.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Team {
        Idle,
        /// Has taken a strand, and not yet resumed.
        Begins(usize),
        /// Has kept so many pasts of its strand.
        Runs(usize, usize),
    }

    /// Teams that go on in any order whatever.
    struct Play<'a> {
        agenda: Agenda<'a>,
        teams: Vec<Team>,
        /// Pasts in memory.
        alive: BTreeSet<Resume>,
    }

    impl Play<'_> {
        /// A team does the next thing that it has to do.
        fn go_on(&mut self, at: usize) {
            let strands = self.agenda.strands;
            self.teams[at] = match self.teams[at] {
                Team::Idle => {
                    let taken = self.agenda.take();
                    let all_idle = self.teams.iter().all(|&team| team == Team::Idle);
                    assert!(taken.is_some() || !all_idle || self.agenda.is_done(), "all wait");
                    taken.map_or(Team::Idle, Team::Begins)
                }
                Team::Begins(index) => {
                    strands[index].resume.into_iter().for_each(|resume| self.resume(resume));
                    Team::Runs(index, 0)
                }
                Team::Runs(index, kept) if kept < strands[index].keeps.len() => {
                    let keep = &strands[index].keeps[kept];
                    self.alive.insert(Resume { from: index, len: keep.len });
                    self.agenda.kept(index, keep);
                    Team::Runs(index, kept + 1)
                }
                Team::Runs(..) => Team::Idle,
            };
        }

        fn resume(&mut self, resume: Resume) {
            assert!(self.alive.contains(&resume), "what it needs is there");
            if self.agenda.resumed(resume) {
                self.alive.remove(&resume);
            }
        }
    }

    fn check(strands: &[Strand], teams: usize, mut next: impl FnMut() -> usize) {
        let bound = most_positions(strands, teams);
        let agenda = Agenda::new(strands, teams);
        let mut play = Play { agenda, teams: vec![Team::Idle; teams], alive: BTreeSet::new() };
        while !play.agenda.is_done() || play.teams.iter().any(|&team| team != Team::Idle) {
            play.go_on(next() % teams);
            let positions: u64 = play.alive.iter().map(|past| u64::from(past.len)).sum();
            assert!(positions <= bound, "{positions} positions, {bound} planned for");
        }
        assert!(play.alive.is_empty() && play.agenda.held == 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn pasts_stay_within_the_bound_and_nobody_waits_for_ever(
            branches in proptest::collection::vec((0_u32..100, 1_u32..9), 1..100),
            (teams, least, seed) in (2_usize..6, 1_u64..12, any::<u64>()),
        ) {
            let strands = Work::random(&branches).cut(teams, least);
            // Some teams are much slower than others.
            let mut state = seed;
            let mut step = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (a, b) = ((state >> 33) as usize, (state >> 50) as usize);
                if b.is_multiple_of(4) { a } else { a % teams / 2 }
            };
            check(&strands, teams, &mut step);
        }
    }
}
