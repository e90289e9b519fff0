//! Whether one of several samples is right.

/// The probability that of `k` samples, drawn without replacement from `n` of which `n_right` are right, at least one is:
/// 1 − C(n − c, k) / C(n, k), as a product so that nothing overflows. `None` when there are fewer samples than `k`.
///
/// Source: Chen et al. (2021), "Evaluating Large Language Models Trained on Code", eq. 1 and figure 3.
pub fn pass_at_k(n: usize, n_right: usize, k: usize) -> Option<f64> {
    if k > n || n_right > n {
        return None;
    }
    if n - n_right < k {
        return Some(1.0);
    }
    let none_right: f64 = (n - n_right + 1..=n).map(|i| 1.0 - k as f64 / i as f64).product();
    Some(1.0 - none_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n: usize, n_right: usize, k: usize, want: Option<f64>) {
        let got = pass_at_k(n, n_right, k);
        let is_close = got.zip(want).is_none_or(|(got, want)| (got - want).abs() < 1e-15);
        assert!(got.is_some() == want.is_some() && is_close, "{n} {n_right} {k}: {got:?}");
    }

    #[test]
    fn by_hand() {
        check(5, 2, 1, Some(0.4));
        // 1 − C(3, 2)/C(5, 2) = 1 − 3/10.
        check(5, 2, 2, Some(0.7));
        check(5, 0, 3, Some(0.0));
        check(5, 3, 3, Some(1.0));
        check(1, 1, 1, Some(1.0));
        check(2, 1, 3, None);
    }
}
