//! Points of almost the same place, set side by side.

/// Points this close look like one, pixels: among them the order given decides, not the place.
const SAME: f64 = 3.0;

/// Places within `low` and `high` as near as can be to the `wanted` ones (least squares) where points less than half a
/// `gap` apart are a whole one apart, and others no closer than they were.
///
/// Points keep their order from left to right, those of the same place the order given; a point with room enough does
/// not move, and points of one place end up symmetric around it. The gap shrinks where the stretch is too short.
pub(in crate::charts) fn apart(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let order = left_to_right(wanted);
    let last = order.len().saturating_sub(1) as f64;
    let gap = gap.min((high - low) / last.max(1.0));
    let mut needed: Vec<f64> = vec![0.0; order.len()];
    for rank in 1..order.len() {
        let distance = wanted[order[rank]] - wanted[order[rank - 1]];
        needed[rank] = needed[rank - 1] + if distance < gap / 2.0 { gap } else { distance.min(gap) };
    }
    // Less what is needed to the left, places that far apart are places that do not decrease.
    let levels = not_decreasing(order.iter().zip(&needed).map(|(&at, needed)| wanted[at] - needed));
    let highest = high - needed.last().copied().unwrap_or(0.0);
    let mut places = vec![0.0; wanted.len()];
    for ((&at, needed), level) in order.iter().zip(&needed).zip(levels) {
        places[at] = level.min(highest).max(low) + needed;
    }
    places
}

/// Indices by place; in a run of points within [`SAME`] of its first, by index.
fn left_to_right(wanted: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut rest = order.as_mut_slice();
    while let Some(&first) = rest.first() {
        let run = rest.partition_point(|&at| wanted[at] <= wanted[first] + SAME).max(1);
        let (same, further) = rest.split_at_mut(run);
        same.sort_unstable();
        rest = further;
    }
    order
}

/// The nearest sequence that does not decrease, by pooling adjacent violators (Ayer et al., 1955).
fn not_decreasing(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for value in values {
        let mut pool = (value, 1);
        while let Some((mean, n)) = pools.pop_if(|(mean, _)| *mean > pool.0) {
            let both = n + pool.1;
            pool = ((mean * n as f64 + pool.0 * pool.1 as f64) / both as f64, both);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(mean, n)| std::iter::repeat_n(mean, n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(wanted: &[f64], places: &[f64]) {
        let got = apart(wanted, 10.0, (0.0, 100.0));
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
        assert!(got.len() == places.len() && got.iter().zip(places).all(close), "{wanted:?}: {got:?}");
    }

    #[test]
    fn side_by_side() {
        check(&[], &[]);
        check(&[50.0], &[50.0]);
        check(&[70.0, 20.0, 30.0], &[70.0, 20.0, 30.0]);
        // The same place, or almost: in the order given.
        check(&[50.0, 50.0, 50.0], &[40.0, 50.0, 60.0]);
        check(&[51.0, 20.0, 50.0, 49.0], &[40.0, 20.0, 50.0, 60.0]);
        // Near, yet not the same: the order of the places stays.
        check(&[54.0, 50.0], &[57.0, 47.0]);
        // Told apart well enough: a trend over many sizes must not be stretched.
        check(&[40.0, 48.0, 56.0], &[40.0, 48.0, 56.0]);
        // Spreading must not run into the next point.
        check(&[50.0, 50.0, 62.0], &[44.0, 54.0, 64.0]);
        check(&[98.0, 98.0], &[90.0, 100.0]);
        check(&[0.0; 21], &std::array::from_fn::<f64, 21, _>(|at| 5.0 * at as f64));
    }

    proptest! {
        #[test]
        fn apart_inside_and_in_order(wanted in prop::collection::vec(0.0..300.0_f64, 1..40)) {
            let places = apart(&wanted, 13.0, (0.0, 300.0));
            let gap = 13.0_f64.min(300.0 / (wanted.len() as f64 - 1.0).max(1.0)) - 1e-9;
            for (a, (place, want)) in places.iter().zip(&wanted).enumerate() {
                prop_assert!((-1e-9..=300.0 + 1e-9).contains(place));
                for (other, other_want) in places[..a].iter().zip(&wanted) {
                    let least = if (want - other_want).abs() <= SAME { gap } else { gap.min((want - other_want).abs()) };
                    prop_assert!((place - other).abs() >= least - 1e-9);
                    prop_assert!((want - other_want).abs() <= SAME || (want < other_want) == (place < other));
                }
            }
        }
    }
}
