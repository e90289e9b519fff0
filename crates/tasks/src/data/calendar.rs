//! Dates and times as Python prints them: that is what a template makes of such a cell.

const DAY: i64 = 86_400;

/// Days since 1970-01-01 as `2020-02-29`.
pub(super) fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Time since midnight as `13:05:00`, with six decimals where there is a fraction.
pub(super) fn time(count: i64, per_second: i64) -> String {
    let (seconds, rest) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let whole = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if rest == 0 {
        return whole;
    }
    // Python knows microseconds; its nanoseconds print with three decimals more.
    let nanos = rest * (1_000_000_000 / per_second);
    let fraction = if nanos % 1000 == 0 { format!("{:06}", nanos / 1000) } else { format!("{nanos:09}") };
    format!("{whole}.{fraction}")
}

/// Time since 1970 as `2020-02-29 13:05:00`.
pub(super) fn timestamp(count: i64, per_second: i64) -> String {
    let day = DAY * per_second;
    format!("{} {}", date(count.div_euclid(day)), time(count.rem_euclid(day), per_second))
}

/// Year, month and day of the proleptic Gregorian calendar. Years begin in March here, so that a leap day is their last;
/// 400 of them are always 146,097 days (H. Hinnant, "chrono-compatible low-level date algorithms", 2013).
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + (month <= 2) as i64, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_prints_them() {
        for (days, wanted) in [(0, "1970-01-01"), (18_321, "2020-02-29"), (-1, "1969-12-31"), (11_016, "2000-02-29")] {
            assert_eq!(date(days), wanted);
        }
        assert_eq!(time(47_100_000, 1000), "13:05:00");
        assert_eq!(time(1_500_000, 1_000_000), "00:00:01.500000");
        assert_eq!(timestamp(1_582_981_500_123, 1000), "2020-02-29 13:05:00.123000");
        assert_eq!(timestamp(-1, 1_000_000), "1969-12-31 23:59:59.999999");
        assert_eq!(timestamp(1, 1_000_000_000), "1970-01-01 00:00:00.000000001");
    }
}
