//! Each kind of document from its bytes to the graph, on both engines.

mod image;
