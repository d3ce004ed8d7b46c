//! Limits of paged lists.

/// The number of elements of a page: what was asked for, at most `maximum`, or `default`.
#[must_use]
pub fn page_limit(requested: Option<u32>, default: u32, maximum: u32) -> usize {
    let limit = requested.unwrap_or(default).min(maximum);
    usize::try_from(limit).expect("page limits are far below 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_what_was_asked_for_within_the_maximum() {
        assert_eq!(page_limit(None, 50, 100), 50);
        assert_eq!(page_limit(Some(7), 50, 100), 7);
        assert_eq!(page_limit(Some(101), 50, 100), 100);
        assert_eq!(page_limit(Some(0), 50, 100), 0);
    }
}
