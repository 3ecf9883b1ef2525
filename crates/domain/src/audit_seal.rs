//! The audit trail as a hash chain: each seal stands for an event and for all that were sealed before it.
//!
//! A seal is SHA-256 over the seal before it, the event's place, and the event's canonical bytes. Places may have gaps, which
//! a database leaves when a transaction rolls back: the chain links neighbours, not numbers. Whoever can write the
//! database and knows this module can make another chain that holds by itself, or cut this one short. The [`Head`] stands
//! against that: the last place and its seal, kept in the database but sealed with the key that is not in it, from before the
//! first event on. What remains is to put back an older head and to make anew what came after it. Whoever seals remembers the
//! last head as long as it runs, and an end that was kept elsewhere, in the log for one, shows it later, see [`Checker::expect`].

use sha2::{Digest as _, Sha256};

use crate::audit::{Actor, AuditEvent};
use crate::instant::to_micros;
use crate::ports::credentials::Sealer;
use crate::ports::storage::audit_trail::Entry;
use crate::secret::{Digest256, Sealed};

/// Names the form of the canonical bytes. Another form gets another name, so that no event has the same bytes in both.
const FORM: &[u8] = b"portcullis/audit/1";

/// What the first seal follows.
pub fn origin() -> Digest256 {
    Digest256::of(FORM)
}

/// The event's bytes: every part with its length before it, so that no two events have the same.
pub fn canonical(event: &AuditEvent) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let (actor, id, name) = match &event.actor {
        Actor::Stranger => ("stranger", None, None),
        Actor::Operator(id, name) => ("operator", Some(id.0), Some(name.as_str())),
        Actor::CommandLine => ("command-line", None, None),
        Actor::System => ("system", None, None),
    };
    put(&mut bytes, FORM);
    put(&mut bytes, event.id.as_bytes());
    put(&mut bytes, &to_micros(event.at).to_be_bytes());
    put(&mut bytes, actor.as_bytes());
    put_maybe(&mut bytes, id.as_ref().map(|id| id.as_bytes().as_slice()));
    put_maybe(&mut bytes, name.map(str::as_bytes));
    put(&mut bytes, event.action.code().as_bytes());
    put_maybe(&mut bytes, event.target.as_ref().map(|(id, _)| id.as_bytes()));
    put_maybe(&mut bytes, event.target.as_ref().map(|(_, words)| words.as_bytes()));
    put_maybe(&mut bytes, event.address.as_deref().map(str::as_bytes));
    bytes.extend_from_slice(&length(event.details.len()));
    for (key, value) in &event.details {
        put(&mut bytes, key.as_bytes());
        put(&mut bytes, value.as_bytes());
    }
    bytes
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes()
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&length(part.len()));
    bytes.extend_from_slice(part);
}

/// A part that may be missing: nothing and an empty text differ.
fn put_maybe(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    bytes.push(u8::from(part.is_some()));
    put(bytes, part.unwrap_or_default());
}

/// The seal of an event at its place, after the seal before it.
pub fn seal(previous: &Digest256, sequence: i64, event: &AuditEvent) -> Digest256 {
    let hash = Sha256::new()
        .chain_update(previous.as_bytes())
        .chain_update(sequence.to_be_bytes())
        .chain_update(canonical(event))
        .finalize();
    Digest256::from_slice(&hash).unwrap_or(*previous)
}

/// The end of the sealed trail: the last place and its seal. Also what was kept of it elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last sealed place.
    pub sequence: i64,
    /// The seal of the event there.
    pub seal: Digest256,
}

impl Head {
    /// Binds a sealed head to its use: nothing else that the key has sealed opens as one.
    const CONTEXT: &[u8] = b"portcullis/audit/head/1";

    /// What every trail begins behind.
    pub fn origin() -> Self {
        Self { sequence: 0, seal: origin() }
    }

    /// Sealed, so that only who has the key can have made it.
    pub fn sealed(&self, sealer: &dyn Sealer) -> Sealed {
        let plain = [self.sequence.to_be_bytes().as_slice(), self.seal.as_bytes()].concat();
        sealer.seal(&plain, Self::CONTEXT)
    }

    /// Opens what [`Head::sealed`] made.
    ///
    /// # Errors
    /// [`Fault::Forged`] when it was made with another key, or by nobody who has one.
    pub fn opened(found: &Sealed, sealer: &dyn Sealer) -> Result<Self, Fault> {
        let plain = sealer.unseal(found, Self::CONTEXT).map_err(|_| Fault::Forged)?;
        let (sequence, seal) = plain.split_first_chunk().ok_or(Fault::Forged)?;
        let seal = Digest256::from_slice(seal).ok_or(Fault::Forged)?;
        Ok(Self { sequence: i64::from_be_bytes(*sequence), seal })
    }
}

/// What is wrong with the trail, at the first place where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The event is not as it was sealed.
    #[error("the event at place {0} was altered")]
    Altered(i64),
    /// The event does not follow the one before it, and there are places between the two: what stood there is gone. On
    /// an engine that leaves gaps by itself the event may have been altered instead.
    #[error("between places {after} and {before} an event is missing, or the one at place {before} was altered")]
    Missing {
        /// The last good place.
        after: i64,
        /// The place of the next event.
        before: i64,
    },
    /// The event stands where none was when its neighbours were sealed.
    #[error("the event at place {0} was inserted, or its seal was taken away")]
    Inserted(i64),
    /// Sealed events at the end are gone: the seal that was kept elsewhere is not in the trail.
    #[error("the trail ends before place {0}, which was sealed: what stood there is missing")]
    Truncated(i64),
    /// What was sealed up to that place is not what is there now.
    #[error("the trail up to place {0} is not the one whose seal was kept: it was made anew")]
    Remade(i64),
    /// There are seals, and nothing that says where they end.
    #[error(
        "events are there, and the signed end of the trail is missing: it was taken away, or the trail is from a version that \
         signed none; in that case run `portcullis audit sign-anew`"
    )]
    Headless,
    /// The signed end was not signed with a key at hand.
    #[error(
        "the signed end of the trail does not open with the present key: it was forged, or the key was changed; in that \
         case give the earlier one as `previous_secret_key`"
    )]
    Forged,
    /// The back office was set up, which is an event, and there is none.
    #[error("the trail is empty, though the back office was set up: it was taken away")]
    Emptied,
}

/// Checks a trail, event by event in the order of their places, and names the first that is wrong.
#[derive(Debug)]
pub struct Checker {
    /// The last two links that hold.
    before: Option<Head>,
    last: Head,
    /// The first that did not hold: the one after it tells what it is.
    doubted: Option<Head>,
    /// Events without a seal since the last link: at the end they are new, before a sealed one they were inserted.
    unsealed: Option<i64>,
    /// What was kept and was not met yet.
    expected: Vec<Head>,
    sealed: u64,
    waiting: u64,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            before: None,
            last: Head::origin(),
            doubted: None,
            unsealed: None,
            expected: Vec::new(),
            sealed: 0,
            waiting: 0,
        }
    }
}

/// What a trail without a fault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// How many events are sealed.
    pub sealed: u64,
    /// How many wait for their seal, at the end.
    pub waiting: u64,
    /// The last sealed place and its seal: kept elsewhere, they show later that nothing before them was remade.
    pub end: Option<Head>,
}

impl Checker {
    /// Expects an end, noted earlier: without one a chain that was made anew, or cut at its end, holds.
    #[must_use]
    pub fn expect(mut self, end: Head) -> Self {
        self.expected.push(end);
        self
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// The [`Fault`] as soon as it is certain.
    pub fn next(&mut self, entry: &Entry) -> Result<(), Fault> {
        // Places are counted from one.
        if entry.sequence <= 0 {
            return Err(Fault::Inserted(entry.sequence));
        }
        let Some(found) = entry.seal else {
            self.unsealed.get_or_insert(entry.sequence);
            self.waiting += 1;
            return Ok(());
        };
        let follows = |link: &Head| seal(&link.seal, entry.sequence, &entry.event) == found;
        if let Some(doubted) = self.doubted {
            // It follows the last good one, so the doubted one is a stranger between them.
            return Err(if follows(&self.last) { Fault::Inserted(doubted.sequence) } else { self.judged(doubted) });
        }
        // Sealing goes in order: what has no seal before something that has one is wrong, whatever follows from it.
        if let Some(inserted) = self.unsealed {
            return Err(Fault::Inserted(inserted));
        }
        let link = Head { sequence: entry.sequence, seal: found };
        if !follows(&self.last) {
            if self.before.as_ref().is_some_and(follows) {
                return Err(Fault::Inserted(self.last.sequence));
            }
            self.doubted = Some(link);
            return Ok(());
        }
        self.expected.retain(|expected| *expected != link);
        if self.expected.iter().any(|expected| expected.sequence == link.sequence) {
            return Err(Fault::Remade(link.sequence));
        }
        self.before = Some(self.last);
        self.last = link;
        self.sealed += 1;
        Ok(())
    }

    /// Ends the trail.
    ///
    /// # Errors
    /// The [`Fault`], when only the end makes it certain.
    pub fn finish(self) -> Result<Whole, Fault> {
        if let Some(doubted) = self.doubted {
            return Err(self.judged(doubted));
        }
        if let Some(Head { sequence, .. }) = self.expected.iter().min_by_key(|expected| expected.sequence) {
            let beyond = *sequence > self.last.sequence;
            return Err(if beyond { Fault::Truncated(*sequence) } else { Fault::Remade(*sequence) });
        }
        let end = (self.sealed > 0).then_some(self.last);
        Ok(Whole { sealed: self.sealed, waiting: self.waiting, end })
    }

    fn judged(&self, doubted: Head) -> Fault {
        if doubted.sequence > self.last.sequence + 1 {
            Fault::Missing { after: self.last.sequence, before: doubted.sequence }
        } else {
            Fault::Altered(doubted.sequence)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;
    use crate::audit::Action;
    use crate::instant::from_micros;
    use uuid::Uuid;

    fn event(n: i64) -> AuditEvent {
        AuditEvent {
            id: Uuid::from_u128(n.unsigned_abs().into()),
            at: from_micros(n),
            actor: Actor::Operator(AccountId(Uuid::from_u128(7)), "Ada".to_owned()),
            action: Action::SignedIn,
            target: Some(("7".to_owned(), "ada@shop.example".to_owned())),
            address: Some("203.0.113.7".to_owned()),
            details: [("device".to_owned(), "Browser".to_owned())].into(),
        }
    }

    /// A sealed trail at these places.
    fn trail(places: &[i64]) -> Vec<Entry> {
        let mut last = origin();
        let entries = places.iter().map(|place| {
            let event = event(*place);
            last = seal(&last, *place, &event);
            Entry { sequence: *place, event, seal: Some(last) }
        });
        entries.collect()
    }

    fn checked(checker: Checker, trail: &[Entry]) -> Result<Whole, Fault> {
        let mut checker = checker;
        trail.iter().try_for_each(|entry| checker.next(entry))?;
        checker.finish()
    }

    fn check(trail: &[Entry]) -> Result<Whole, Fault> {
        checked(Checker::default(), trail)
    }

    #[test]
    fn a_whole_trail_holds_with_gaps_between_its_places_and_unsealed_events_at_its_end() {
        let mut entries = trail(&[1, 2, 5, 9]);
        entries.push(Entry { sequence: 12, event: event(12), seal: None });
        let whole = check(&entries).unwrap();
        assert_eq!(
            (whole.sealed, whole.waiting, whole.end),
            (4, 1, Some(Head { sequence: 9, seal: entries[3].seal.unwrap() }))
        );
        assert_eq!(check(&[]).unwrap().end, None);
    }

    #[test]
    fn whatever_is_altered_shows_at_its_place() {
        let changes: [fn(&mut AuditEvent); 10] = [
            |event| event.id = Uuid::from_u128(99),
            |event| event.at = from_micros(99),
            |event| event.actor = Actor::System,
            |event| event.actor = Actor::Operator(AccountId(Uuid::from_u128(7)), "Bea".to_owned()),
            |event| event.action = Action::SignedOut,
            |event| event.target = None,
            |event| event.target = Some((String::new(), String::new())),
            |event| event.address = None,
            |event| event.details.clear(),
            |event| drop(event.details.insert("device".to_owned(), "Other".to_owned())),
        ];
        for (number, change) in changes.iter().enumerate() {
            for place in 0..4_usize {
                let mut entries = trail(&[1, 2, 3, 4]);
                change(&mut entries[place].event);
                assert_eq!(check(&entries), Err(Fault::Altered(entries[place].sequence)), "change {number}");
            }
        }
    }

    #[test]
    fn what_is_missing_shows_where_it_was() {
        for gone in 0..3_usize {
            let mut entries = trail(&[1, 2, 3, 4]);
            let place = entries.remove(gone).sequence;
            assert_eq!(check(&entries), Err(Fault::Missing { after: place - 1, before: place + 1 }));
        }
    }

    #[test]
    fn what_is_inserted_shows_with_any_seal_and_without_one() {
        let good = trail(&[1, 2, 4, 5]);
        let forged = event(3);
        let after = good[1].seal.unwrap();
        for found in [None, Some(Digest256::of(b"forged")), Some(seal(&after, 3, &forged))] {
            let mut entries = good.clone();
            entries.insert(2, Entry { sequence: 3, event: forged.clone(), seal: found });
            assert_eq!(check(&entries), Err(Fault::Inserted(3)), "{found:?}");
        }
        let mut stripped = good;
        stripped[1].seal = None;
        assert_eq!(check(&stripped), Err(Fault::Inserted(2)));
        for before in [0, -1, i64::MIN] {
            let mut entries = trail(&[1, 2]);
            entries.insert(0, Entry { sequence: before, event: event(3), seal: None });
            assert_eq!(check(&entries), Err(Fault::Inserted(before)));
        }
    }

    #[test]
    fn what_is_reordered_shows_at_the_first_of_the_two() {
        let mut entries = trail(&[1, 2, 3, 4]);
        entries.swap(1, 2);
        (entries[1].sequence, entries[2].sequence) = (2, 3);
        assert_eq!(check(&entries), Err(Fault::Altered(2)));
    }

    #[test]
    fn a_seal_that_was_kept_shows_a_cut_and_a_remade_trail() {
        let entries = trail(&[1, 2, 3, 4]);
        let kept = Head { sequence: 4, seal: entries[3].seal.unwrap() };
        let earlier = Head { sequence: 2, seal: entries[1].seal.unwrap() };
        assert!(checked(Checker::default().expect(kept).expect(earlier).expect(kept), &entries).is_ok());
        assert_eq!(checked(Checker::default().expect(kept), &entries[..3]), Err(Fault::Truncated(4)));
        assert_eq!(checked(Checker::default().expect(earlier).expect(kept), &entries[..3]), Err(Fault::Truncated(4)));
        assert_eq!(checked(Checker::default().expect(kept), &[]), Err(Fault::Truncated(4)));
        let other = Head { seal: Digest256::of(b"other"), ..earlier };
        assert_eq!(checked(Checker::default().expect(earlier).expect(other), &entries), Err(Fault::Remade(2)));
        let mut remade = entries;
        remade[1].event.address = None;
        let mut last = origin();
        for entry in &mut remade {
            last = seal(&last, entry.sequence, &entry.event);
            entry.seal = Some(last);
        }
        assert!(check(&remade).is_ok());
        assert_eq!(checked(Checker::default().expect(kept), &remade), Err(Fault::Remade(4)));
    }

    #[test]
    fn no_two_events_share_their_bytes_where_parts_could_run_together() {
        let (mut one, mut other) = (event(1), event(1));
        one.target = Some(("ab".to_owned(), "c".to_owned()));
        other.target = Some(("a".to_owned(), "bc".to_owned()));
        assert_ne!(canonical(&one), canonical(&other));
        one.details = [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())].into();
        other.details = [("a".to_owned(), "bcd".to_owned())].into();
        other.target = one.target.clone();
        assert_ne!(canonical(&one), canonical(&other));
    }
}
