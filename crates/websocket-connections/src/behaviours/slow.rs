//! Clients that are behind.

use exercise_harness::Context;

use super::{check, long_text, publish, update, watch};
use crate::LiveUpdates;
use crate::client::Heard;

/// A client that is behind by at most 64 updates gets each of them, again and again.
pub fn healthy_client_misses_nothing<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut client = watch(server, 1).await?;
        let text = long_text();
        let mut number = 0;
        for burst in [64, 1, 64, 64, 30, 64] {
            for _ in 0..burst {
                publish(server, 1, &text).await?;
            }
            for _ in 0..burst {
                number += 1;
                assert_eq!(client.next().await?, update(number, &text), "in a burst of {burst}");
            }
        }
        Ok(())
    });
}

/// However many updates one client leaves unread, the others get theirs.
pub fn slow_client_holds_nobody_up<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut slow = watch(server, 1).await?;
        let mut healthy = watch(server, 1).await?;
        let text = long_text();
        for number in 1..=600 {
            publish(server, 1, &text).await?;
            assert_eq!(healthy.next().await?, update(number, &text), "beside a slow client");
        }
        slow.comment("Hold on!").await?;
        assert_eq!(healthy.next().await?, update(601, "Hold on!"), "the slow client is connected");
        Ok(())
    });
}

/// When a slow client finally reads, its updates are in order, and each gap is reported.
pub fn slow_client_knows_what_it_missed<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut slow = watch(server, 1).await?;
        let text = long_text();
        let mut known = 0;
        for published in [64, 1000] {
            for _ in known..published {
                publish(server, 1, &text).await?;
            }
            // Reads all waiting updates. Then there is room for one more, which reports the gap.
            slow.fence().await?;
            let last = publish(server, 1, "the last").await?;
            while known < last {
                known = match slow.next().await? {
                    Heard::Missed { missed } => {
                        let next = slow.next().await?.number();
                        assert_eq!(next, Some(known + missed + 1), "{missed} were missed");
                        known + missed + 1
                    }
                    Heard::Update { number, text: _ } => {
                        assert_eq!(number, known + 1, "a gap must be reported");
                        number
                    }
                };
            }
        }
        Ok(())
    });
}
