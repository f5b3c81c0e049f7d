//! One line a layer: what a family's files export, and the recipes that a file may name.

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

/// Writes a recipe: its settings as data, a setter for each that has a default, what it builds.
///
/// A setter's line reads `name(what it takes): what is stored;`.
macro_rules! recipe {
    (
        $(#[$about:meta])*
        $name:ident $(<{$($declared:tt)*} {$($used:tt)*}>)? = $kind:expr;
        $(needs { $($(#[$how:meta])* $need:ident: $needed:ty),* $(,)? })?
        $(defaults { $($(#[$doc:meta])* $field:ident($taken:ty): $stored:ty;)* })?
        build($this:ident, $input:ident) $body:block
    ) => {
        #[derive(Clone, Debug, PartialEq, $crate::Settings)]
        $(#[$about])*
        pub struct $name $(<$($declared)*>)? {
            $($($(#[$how])* $need: $needed,)*)?
            $($($field: $stored,)*)?
        }

        impl $(<$($declared)*>)? $name $(<$($used)*>)? {
            $($(
                $(#[$doc])*
                #[must_use]
                pub fn $field(mut self, $field: $taken) -> Self {
                    self.$field = $field.into();
                    self
                }
            )*)?
        }

        impl $(<$($declared)*>)? $crate::Recipe for $name $(<$($used)*>)? {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn build(&$this, $input: &Shape) -> Result<Box<dyn Layer>> $body
        }
    };
}

/// What a layer writes that treats each step by itself: masks stay.
macro_rules! each_step {
    ($place:expr) => {
        fn flow(
            &self,
            input: $crate::Flow,
            pass: &mut $crate::Pass,
        ) -> $crate::Result<$crate::Flow> {
            input.each_step($place, |x| self.forward(x, pass))
        }
    };
}
