//! Bytes → a release, swapped in atomically.
//!
//! - Enters: a folder to publish to, and the bytes of each path.
//! - Leaves: a live folder that is always whole: the old release or the new one.
//! - Stays out: what the bytes mean.
//!
//! Beside the live folder `public`, the folder `.public.atlas` holds what is being staged and the releases before.
//! Linux exchanges two folders in one step (`renameat2`, `RENAME_EXCHANGE`), so that the live folder stays a plain
//! folder, which every server and tool understands, and never a link.

mod release;
mod stage;

pub use release::{Release, list, purge, roll_back};
pub use stage::{MARKER, Stage, is_release};

use release::list_kept;
