//! Settings of an instance that its administrator, or what stands before it, may have changed;
//! apart, because tests turn them while the server runs.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::git::DiffLimits;

/// A setting to be turned on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Feature {
    /// Administrators need the scope `admin_mode` to be more than ordinary users.
    AdminMode,
    /// A user may fetch so many archives of a project in a minute.
    ArchivesPerMinute(u32),
    /// Webhooks may not lead to this machine nor to private networks.
    BlockLocalHooks,
    /// A branch that was just made or pushed is not seen by the next so many attempts to make a
    /// merge request of it.
    BranchesVisibleAfter(u32),
    /// Lists longer than this do not tell their length; 10,000 where nothing is said.
    CountLimit(u64),
    /// A proxy before the instance decodes `%2F` in paths.
    DecodePercent2f,
    /// The difference of a merge request is prepared only after so many reads of it.
    DiffsReadyAfter(u32),
    /// Where comparisons stop.
    DiffLimits(DiffLimits),
    /// Webhooks over TLS trust this authority, in PEM, besides nothing.
    HookAuthority(String),
    /// Redirects name `http://` although the instance is reached by `https://`.
    InsecureRedirects,
    /// Files of more than 10 MB may be read as JSON so many times in a minute; 5 where nothing is
    /// said.
    LargeBlobsPerMinute(u32),
    /// A request with a longer body is refused.
    LargestRequest(u64),
    /// The instance is in maintenance mode: it answers, but changes nothing.
    Maintenance,
    /// Whether a merge request can be merged is known only after so many reads of it.
    MergeabilityCheckedAfter(u32),
    /// LFS objects are answered with a redirect to this base URL.
    ObjectStorage(String),
    /// Paging by number ends here; 50,000 where nothing is said.
    OffsetLimit(u64),
    /// Lists leave out what is marked for deletion.
    PendingDeletionUnlisted,
    /// `Range` is honoured where content is raw.
    Ranges,
    /// Every answer tells the state of the throttle.
    RateLimitHeaders,
    /// A user may search so many times in a minute.
    SearchesPerMinute(u32),
    /// Basic search is turned off, and there is no other.
    SearchUnavailable,
    /// A user may send so many requests in a period.
    Throttle {
        /// How many.
        requests: u32,
        /// In how long.
        period: Duration,
        /// What a refused client is told, such as `Retry later`.
        text: String,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Features {
    pub(crate) admin_mode: bool,
    pub(crate) archives_per_minute: Option<u32>,
    pub(crate) block_local_hooks: bool,
    pub(crate) branches_visible_after: u32,
    pub(crate) count_limit: u64,
    pub(crate) decode_percent_2f: bool,
    pub(crate) diff_limits: DiffLimits,
    pub(crate) diffs_ready_after: u32,
    pub(crate) hook_authority: Option<String>,
    pub(crate) insecure_redirects: bool,
    pub(crate) large_blobs_per_minute: u32,
    pub(crate) largest_request: Option<u64>,
    pub(crate) maintenance: bool,
    pub(crate) mergeability_checked_after: u32,
    pub(crate) object_storage: Option<String>,
    pub(crate) offset_limit: u64,
    pub(crate) pending_deletion_unlisted: bool,
    pub(crate) ranges: bool,
    pub(crate) rate_limit_headers: bool,
    pub(crate) searches_per_minute: Option<u32>,
    pub(crate) search_unavailable: bool,
    pub(crate) throttle: Option<Throttle>,
}

#[derive(Clone, Debug)]
pub(crate) struct Throttle {
    pub(crate) requests: u32,
    pub(crate) period: Duration,
    pub(crate) text: String,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            admin_mode: false,
            archives_per_minute: None,
            block_local_hooks: false,
            branches_visible_after: 0,
            count_limit: 10_000,
            decode_percent_2f: false,
            diff_limits: DiffLimits::default(),
            diffs_ready_after: 0,
            hook_authority: None,
            insecure_redirects: false,
            large_blobs_per_minute: 5,
            largest_request: None,
            maintenance: false,
            mergeability_checked_after: 0,
            object_storage: None,
            offset_limit: 50_000,
            pending_deletion_unlisted: false,
            ranges: false,
            rate_limit_headers: false,
            searches_per_minute: None,
            search_unavailable: false,
            throttle: None,
        }
    }
}

impl Features {
    pub(crate) fn turn_on(&mut self, feature: Feature) {
        match feature {
            Feature::AdminMode => self.admin_mode = true,
            Feature::ArchivesPerMinute(count) => self.archives_per_minute = Some(count),
            Feature::BlockLocalHooks => self.block_local_hooks = true,
            Feature::BranchesVisibleAfter(attempts) => self.branches_visible_after = attempts,
            Feature::CountLimit(limit) => self.count_limit = limit,
            Feature::DecodePercent2f => self.decode_percent_2f = true,
            Feature::DiffsReadyAfter(reads) => self.diffs_ready_after = reads,
            Feature::DiffLimits(limits) => self.diff_limits = limits,
            Feature::HookAuthority(pem) => self.hook_authority = Some(pem),
            Feature::InsecureRedirects => self.insecure_redirects = true,
            Feature::LargeBlobsPerMinute(count) => self.large_blobs_per_minute = count,
            Feature::LargestRequest(limit) => self.largest_request = Some(limit),
            Feature::Maintenance => self.maintenance = true,
            Feature::MergeabilityCheckedAfter(reads) => self.mergeability_checked_after = reads,
            Feature::ObjectStorage(url) => self.object_storage = Some(url),
            Feature::OffsetLimit(limit) => self.offset_limit = limit,
            Feature::PendingDeletionUnlisted => self.pending_deletion_unlisted = true,
            Feature::Ranges => self.ranges = true,
            Feature::RateLimitHeaders => self.rate_limit_headers = true,
            Feature::SearchesPerMinute(count) => self.searches_per_minute = Some(count),
            Feature::SearchUnavailable => self.search_unavailable = true,
            Feature::Throttle {
                requests,
                period,
                text,
            } => {
                self.throttle = Some(Throttle {
                    requests,
                    period,
                    text,
                });
            }
        }
    }
}

/// Counts uses by name in periods that begin with the first use.
#[derive(Default)]
pub(crate) struct Counters(HashMap<String, (Instant, u32)>);

impl Counters {
    /// Counts a use; returns how many there were in this period, and how much of it is left.
    pub(crate) fn count(&mut self, name: String, period: Duration) -> (u32, Duration) {
        let now = Instant::now();
        let (begun, uses) = self.0.entry(name).or_insert((now, 0));
        if now.duration_since(*begun) >= period {
            (*begun, *uses) = (now, 0);
        }
        *uses += 1;
        (*uses, period.saturating_sub(now.duration_since(*begun)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_begins_anew_with_each_period() {
        let mut counters = Counters::default();
        let hour = Duration::from_secs(3600);
        assert_eq!(counters.count("a".to_owned(), hour).0, 1);
        assert_eq!(counters.count("a".to_owned(), hour).0, 2);
        assert_eq!(counters.count("b".to_owned(), hour).0, 1);
        assert_eq!(counters.count("a".to_owned(), Duration::ZERO).0, 1);
    }
}
