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
    /// Lists longer than this do not tell their length; 10,000 where nothing is said.
    CountLimit(u64),
    /// A proxy before the instance decodes `%2F` in paths.
    DecodePercent2f,
    /// Where comparisons stop.
    DiffLimits(DiffLimits),
    /// Redirects name `http://` although the instance is reached by `https://`.
    InsecureRedirects,
    /// Files of more than 10 MB may be read as JSON so many times in a minute; 5 where nothing is
    /// said.
    LargeBlobsPerMinute(u32),
    /// LFS objects are answered with a redirect to this base URL.
    ObjectStorage(String),
    /// Paging by number ends here; 50,000 where nothing is said.
    OffsetLimit(u64),
    /// `Range` is honoured where content is raw.
    Ranges,
    /// Every answer tells the state of the throttle.
    RateLimitHeaders,
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
    pub(crate) count_limit: u64,
    pub(crate) decode_percent_2f: bool,
    pub(crate) diff_limits: DiffLimits,
    pub(crate) insecure_redirects: bool,
    pub(crate) large_blobs_per_minute: u32,
    pub(crate) object_storage: Option<String>,
    pub(crate) offset_limit: u64,
    pub(crate) ranges: bool,
    pub(crate) rate_limit_headers: bool,
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
            count_limit: 10_000,
            decode_percent_2f: false,
            diff_limits: DiffLimits::default(),
            insecure_redirects: false,
            large_blobs_per_minute: 5,
            object_storage: None,
            offset_limit: 50_000,
            ranges: false,
            rate_limit_headers: false,
            throttle: None,
        }
    }
}

impl Features {
    pub(crate) fn turn_on(&mut self, feature: Feature) {
        match feature {
            Feature::AdminMode => self.admin_mode = true,
            Feature::ArchivesPerMinute(count) => self.archives_per_minute = Some(count),
            Feature::CountLimit(limit) => self.count_limit = limit,
            Feature::DecodePercent2f => self.decode_percent_2f = true,
            Feature::DiffLimits(limits) => self.diff_limits = limits,
            Feature::InsecureRedirects => self.insecure_redirects = true,
            Feature::LargeBlobsPerMinute(count) => self.large_blobs_per_minute = count,
            Feature::ObjectStorage(url) => self.object_storage = Some(url),
            Feature::OffsetLimit(limit) => self.offset_limit = limit,
            Feature::Ranges => self.ranges = true,
            Feature::RateLimitHeaders => self.rate_limit_headers = true,
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
