//! nyxd-client
