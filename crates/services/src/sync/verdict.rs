//! Whether a client can go on where it was.

use parlor_domain::{Position, Seq, Tag};

/// What becomes of a client's position in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The client has everything.
    Current,
    /// The client gets what it lacks.
    Replay,
    /// The client must forget what it has and read pages; what is new from now on it gets.
    Reset,
}

/// What becomes of a position. `tag` is what the log has at its seq, if that is neither the beginning nor the head. A
/// position from before the event by which the user `joined` is of an earlier membership.
pub(super) fn verdict(
    at: Option<Position>,
    head: Position,
    tag: Option<Tag>,
    joined: Seq,
    reset_after: u64,
) -> Verdict {
    let Some(at) = at else {
        return Verdict::Reset;
    };
    let expected = match at.seq {
        seq if seq == head.seq => Some(head.tag),
        Seq::ZERO => Some(Tag::default()),
        _ => tag,
    };
    let beyond = at.seq > head.seq || at.rev > head.rev;
    let before = at.seq.0.saturating_add(1) < joined.0;
    if beyond || before || expected != Some(at.tag) || head.seq.0 - at.seq.0 > reset_after {
        Verdict::Reset
    } else if at == head {
        Verdict::Current
    } else {
        Verdict::Replay
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::Rev;
    use proptest::prelude::*;

    use super::*;

    const HEAD: Position = at(20, 7, 5);

    const fn at(seq: u64, tag: u32, rev: u64) -> Position {
        Position {
            seq: Seq(seq),
            tag: Tag(tag),
            rev: Rev(rev),
        }
    }

    /// The verdict on a position in a log that ends at [`HEAD`], has the tag 3 everywhere before, and is followed by
    /// somebody who joined at 5.
    fn judge(position: Position) -> Verdict {
        verdict(Some(position), HEAD, Some(Tag(3)), Seq(5), 10)
    }

    #[test]
    fn whoever_has_everything_gets_nothing() {
        assert_eq!(judge(HEAD), Verdict::Current);
    }

    #[test]
    fn whoever_is_behind_gets_the_rest() {
        assert_eq!(judge(at(19, 3, 5)), Verdict::Replay);
        assert_eq!(judge(at(10, 3, 0)), Verdict::Replay);
        assert_eq!(judge(at(20, 7, 4)), Verdict::Replay, "marks alone");
    }

    #[test]
    fn whoever_is_far_behind_begins_anew() {
        assert_eq!(judge(at(9, 3, 5)), Verdict::Reset);
    }

    #[test]
    fn another_log_is_never_continued() {
        assert_eq!(judge(at(20, 8, 5)), Verdict::Reset, "another event at the head");
        assert_eq!(judge(at(19, 4, 5)), Verdict::Reset, "another event before it");
        assert_eq!(judge(at(21, 7, 5)), Verdict::Reset, "beyond the head");
        assert_eq!(judge(at(20, 7, 6)), Verdict::Reset, "beyond the marks");
        let missing = verdict(Some(at(19, 3, 5)), HEAD, None, Seq(1), 10);
        assert_eq!(missing, Verdict::Reset, "no such event");
    }

    #[test]
    fn what_was_before_the_join_is_not_replayed() {
        let judge = |seq| verdict(Some(at(seq, 3, 5)), HEAD, Some(Tag(3)), Seq(15), 10);
        assert_eq!(judge(13), Verdict::Reset);
        assert_eq!(judge(14), Verdict::Replay);
    }

    #[test]
    fn the_beginning_is_a_position() {
        let judge = |position| verdict(Some(position), at(3, 7, 0), None, Seq(1), 10);
        assert_eq!(judge(Position::default()), Verdict::Replay);
        assert_eq!(judge(at(0, 1, 0)), Verdict::Reset);
        let nothing = Position::default();
        assert_eq!(
            verdict(Some(nothing), nothing, None, Seq(1), 10),
            Verdict::Current
        );
    }

    #[test]
    fn a_new_device_reads_pages() {
        assert_eq!(verdict(None, HEAD, None, Seq(1), 10), Verdict::Reset);
    }

    proptest! {
        #[test]
        fn no_position_is_continued_that_could_not_be_one(
            seq in any::<u64>(), tag in 0..4u32, rev in any::<u64>(), joined in 1..30u64,
        ) {
            let verdict = verdict(Some(at(seq, tag, rev)), HEAD, Some(Tag(3)), Seq(joined), 10);
            if verdict != Verdict::Reset {
                prop_assert!((10..=20).contains(&seq) && seq + 1 >= joined && rev <= 5);
            }
        }
    }
}
