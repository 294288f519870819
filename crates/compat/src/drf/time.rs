//! How times are written.

use chrono::{DateTime, SecondsFormat, Utc};
use parlor_domain::Timestamp;

/// As DRF writes it: with microseconds, unless there are none, as in `2026-11-21T01:27:08.121247Z`.
pub(crate) fn drf(at: Timestamp) -> String {
    written(at, SecondsFormat::Micros)
}

/// As Django's `JsonResponse` writes it: cut to milliseconds, unless there are no microseconds at all.
pub(crate) fn json_response(at: Timestamp) -> String {
    written(at, SecondsFormat::Millis)
}

/// The time of day in UTC, as in `13:05:07`.
pub(crate) fn of_day(at: Timestamp) -> String {
    utc(at).format("%H:%M:%S").to_string()
}

fn written(at: Timestamp, fraction: SecondsFormat) -> String {
    let is_whole = at.micros().rem_euclid(1_000_000) == 0;
    let format = if is_whole { SecondsFormat::Secs } else { fraction };
    utc(at).to_rfc3339_opts(format, true)
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.micros()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_left_out_where_there_is_none() {
        for (micros, in_drf, in_json_response) in [
            (
                1_795_224_428_121_247,
                "2026-11-21T01:27:08.121247Z",
                "2026-11-21T01:27:08.121Z",
            ),
            (
                1_795_224_428_000_000,
                "2026-11-21T01:27:08Z",
                "2026-11-21T01:27:08Z",
            ),
            (
                1_795_224_428_000_999,
                "2026-11-21T01:27:08.000999Z",
                "2026-11-21T01:27:08.000Z",
            ),
        ] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(drf(at), in_drf);
            assert_eq!(json_response(at), in_json_response);
        }
    }

    #[test]
    fn a_time_of_day_has_24_hours_and_no_fraction() {
        for (micros, text) in [
            (1_795_224_428_121_247, "01:27:08"),
            (1_795_219_199_999_999, "23:59:59"),
            (1_795_219_200_000_000, "00:00:00"),
        ] {
            assert_eq!(of_day(Timestamp::from_micros(micros)), text);
        }
    }
}
