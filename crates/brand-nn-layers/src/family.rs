//! One line a layer: what a family's files export, and which recipes a file may name.

/// Declares the files of a family, re-exports what they make, and enters their recipes.
///
/// A line reads `file: Type, …` and, where there are recipes, `=> kind Recipe, …`: the kind is
/// the recipe's function, and its name in files.
macro_rules! family {
    ($($file:ident: $($name:ident),+ $(=> $($kind:ident $recipe:ident),+)?;)+) => {
        $(
            mod $file;
            pub use $file::{$($name),+ $(, $($kind, $recipe),+)?};
        )+

        /// Enters this family's recipes.
        pub(crate) fn enter(registry: $crate::Registry) -> $crate::Registry {
            registry$($($(.with::<$recipe>(stringify!($kind)))+)?)+
        }
    };
}

/// Declares the families, re-exports their layers, and enters all their recipes.
macro_rules! families {
    ($($family:ident),+ $(,)?) => {
        $(
            mod $family;
            pub use $family::*;
        )+

        /// Enters the recipes of all families.
        pub(crate) fn enter_all(registry: Registry) -> Registry {
            $(let registry = $family::enter(registry);)+
            registry
        }
    };
}
