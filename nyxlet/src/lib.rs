//! nyxlet
