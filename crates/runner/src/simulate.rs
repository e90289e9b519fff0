//! How long a plan takes on a number of threads, without running it: which division of the threads is best is decided
//! from this.

use crate::agenda::Agenda;
use crate::strands::Strand;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use yardstick_core::LanguageModel;

/// What each further thread of a team costs of the speed of all, as a share of one thread: threads of a team meet after
/// every product, and no product divides evenly.
const TEAM_LOSS: f64 = 0.06;
/// Rows at which a product runs at half its speed, for each thread that works on it: the weights are read for few rows.
/// Packed kernels reach three quarters of it at 16 rows and nearly all at 64.
const HALF_SPEED_ROWS: f64 = 5.0;

/// How threads are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Teams {
    /// Teams, each with a strand of its own at a time.
    pub count: usize,
    /// Threads that share the arithmetic of a strand.
    pub threads: usize,
}

impl Teams {
    /// The ways to divide `threads`: of those with the same number of teams, the one with the largest.
    pub fn ways(threads: usize) -> Vec<Self> {
        let mut ways: Vec<Self> =
            (1..=threads.max(1)).map(|size| Self { count: threads.max(1) / size, threads: size }).collect();
        // Later ones have more threads a team.
        ways.reverse();
        ways.dedup_by_key(|teams| teams.count);
        ways.reverse();
        ways
    }

    /// One thread that feeds the device, for a model whose sessions would wait for it; nothing for others.
    pub fn of_serial(model: &dyn LanguageModel) -> Option<Self> {
        model.is_serial().then_some(Self { count: 1, threads: 1 })
    }

    /// How many times faster than one thread at its best a team computes stretches of `rows` rows.
    pub fn speed(self, rows: f64) -> f64 {
        let threads = self.threads as f64;
        threads / (1.0 + TEAM_LOSS * (threads - 1.0)) * rows / (rows + HALF_SPEED_ROWS * threads)
    }

    /// Time for a strand in stretches of at most `stretch` rows, in FLOP that one thread does at its best.
    fn time(self, strand: &Strand, stretch: u32) -> u64 {
        let rows = strand.rows.end - strand.rows.start;
        let each = f64::from(rows) / f64::from(rows.div_ceil(stretch).max(1));
        whole(strand.flop as f64 / self.speed(each))
    }
}

/// FLOP.
#[allow(clippy::cast_sign_loss, reason = "work is never negative")]
fn whole(flop: f64) -> u64 {
    flop as u64
}

/// When the last strand ends, if every free team takes what is next: in FLOP that one thread does at its best, so divided
/// by its FLOP/s, seconds.
pub fn makespan(strands: &[Strand], teams: Teams, stretch: u32) -> u64 {
    let mut agenda = Agenda::new(strands, teams.count);
    let mut free: BinaryHeap<Reverse<u64>> = (0..teams.count).map(|_| Reverse(0)).collect();
    // When pasts will be there: the strand that keeps each, and which of its pasts it is.
    let mut coming: BinaryHeap<Reverse<(u64, usize, usize)>> = BinaryHeap::new();
    let mut last = 0;
    while let Some(Reverse(now)) = free.pop().filter(|_| !agenda.is_done()) {
        while let Some(&Reverse((_, from, which))) = coming.peek().filter(|Reverse((at, ..))| *at <= now) {
            agenda.kept(from, &strands[from].keeps[which]);
            coming.pop();
        }
        let Some(index) = agenda.take() else {
            // Waits for a past; if none is coming, for ever.
            free.extend(coming.peek().map(|&Reverse((at, ..))| Reverse(at)));
            continue;
        };
        let strand = &strands[index];
        if let Some(resume) = strand.resume {
            agenda.resumed(resume);
        }
        let time = teams.time(strand, stretch);
        for (which, keep) in strand.keeps.iter().enumerate() {
            let share = f64::from(keep.ready - strand.rows.start) / f64::from(strand.rows.end - strand.rows.start);
            coming.push(Reverse((now + whole(time as f64 * share), index, which)));
        }
        last = last.max(now + time);
        free.push(Reverse(now + time));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strands::Work;
    use crate::tree::Branch;
    use yardstick_core::Costs;

    /// GPT-2 small.
    const COSTS: Costs = Costs {
        flop_per_row: 170_000_000,
        flop_per_pair: 36_864,
        flop_per_scored_row: 77_000_000,
        bytes_per_position: 73_728,
        bytes_per_row: 40_000,
        bytes_per_scored_row: 4_000,
        bytes_per_path: 0,
        bytes_per_thread: 1_000_000,
    };
    const LEAST: u64 = 256 * COSTS.flop_per_row;

    /// Branches of (position, rows, scored rows).
    fn work(branches: impl IntoIterator<Item = (u32, u32, u64)>) -> Work {
        let mut row = 0;
        let branches = branches.into_iter().map(|(position, rows, scored)| {
            row += rows;
            (Branch { row: row - rows, position }, rows, scored)
        });
        Work::from_branches(branches, &COSTS)
    }

    /// The best speed-up over one thread.
    fn speedup(work: &Work, threads: usize) -> f64 {
        let time = |teams: Teams| makespan(&work.cut(teams.count, LEAST), teams, 512);
        let best = Teams::ways(threads).into_iter().map(time).min().unwrap();
        time(Teams { count: 1, threads: 1 }) as f64 / best as f64
    }

    fn check(work: &Work, least: &[(usize, f64)]) {
        for &(threads, share) in least {
            let speedup = speedup(work, threads);
            assert!(speedup >= share * threads as f64, "{speedup:.1} times faster on {threads} threads");
            assert!(speedup <= threads as f64 * 1.001, "{speedup:.1} times faster on {threads} threads");
        }
    }

    /// Subjects with a prefix of 600 tokens, the first `common` of them common to all; 200 questions of 80 tokens each,
    /// with one-token choices.
    fn subjects(count: u32, common: u32) -> Work {
        let subject = |number: u32| {
            let prefix = if number == 0 { 0 } else { common };
            std::iter::once((prefix, 680 - prefix, 1)).chain((1..200).map(|_| (600, 80, 1)))
        };
        work((0..count).flat_map(subject))
    }

    #[test]
    fn few_shot_questions_scale() {
        for common in [0, 1, 12] {
            for count in [100, 125, 150, 400] {
                check(&subjects(count, common), &[(8, 0.97), (32, 0.95), (64, 0.93), (128, 0.92)]);
            }
            few_shot_questions_of_57_subjects_scale(common);
        }
    }

    fn few_shot_questions_of_57_subjects_scale(common: u32) {
        check(
            &subjects(57, common),
            &[(1, 1.0), (2, 0.99), (4, 0.98), (8, 0.97), (16, 0.95), (32, 0.93), (64, 0.9), (128, 0.9)],
        );
    }

    #[test]
    fn contexts_with_endings_scale() {
        let question = || [(0, 125, 25), (100, 25, 25), (100, 25, 25), (100, 25, 25)];
        check(
            &work((0..10_000).flat_map(|_| question())),
            &[(1, 1.0), (2, 0.99), (4, 0.98), (8, 0.98), (16, 0.97), (32, 0.95), (64, 0.93), (128, 0.9)],
        );
    }

    #[test]
    fn windows_of_one_text_scale_until_there_are_few() {
        // All windows after the first begin with their own token.
        check(&work((0..98).map(|_| (0, 1024, 1024))), &[(1, 1.0), (2, 0.98), (4, 0.95), (16, 0.8), (64, 0.5)]);
    }

    #[test]
    fn a_team_takes_what_cannot_be_divided() {
        let alone = work([(0, 1000, 1)]);
        let speedup = speedup(&alone, 8);
        assert!((5.0..6.0).contains(&speedup), "{speedup}");
    }

    #[test]
    fn a_past_that_comes_late_is_waited_for() {
        // The second strand needs all but one of the first one's rows.
        let strands = work([(0, 1000, 1), (999, 1000, 1)]).cut(2, 1);
        let teams = Teams { count: 2, threads: 1 };
        let one: u64 = strands.iter().map(|strand| teams.time(strand, 512)).sum();
        assert!(makespan(&strands, teams, 512) > one * 99 / 100);
    }

    #[test]
    fn ways_to_divide() {
        let ways: Vec<_> = Teams::ways(7).iter().map(|t| (t.count, t.threads)).collect();
        assert_eq!(ways, [(7, 1), (3, 2), (2, 3), (1, 7)]);
        assert_eq!(Teams::ways(0).len(), 1);
    }
}
