//! The derive macros of brand-nn, re-exported by the crate whose trait they implement.

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Ident, Member, parse_macro_input};

/// Implements `Params` for a struct: every field is visited in order, under its name.
///
/// # Examples
/// ```ignore
/// #[derive(Params)]
/// struct Block { attention: MultiHeadAttention, norm: LayerNorm, rate: f64 }
/// ```
#[proc_macro_derive(Params)]
pub fn params(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, "autodiff", |krate, members| {
        let names = members.iter().map(|member| match member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        });
        let visits = quote! { #( visitor.child(#names, &self.#members); )* };
        let body = quote! { fn visit(&self, visitor: &mut #krate::Visitor<'_>) { #visits } };
        (quote! { #krate::Params }, body)
    })
}

/// Implements `Batch` for a struct whose fields are batches of the same length.
///
/// # Examples
/// ```ignore
/// #[derive(Batch)]
/// struct Tokens { ids: Tensor, mask: Tensor }
/// ```
#[proc_macro_derive(Batch)]
pub fn batch(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, "train", |krate, members| {
        let lengths = quote! { &[ #( #krate::Batch::len(&self.#members) ),* ] };
        let rows = quote! { Self { #( #members: #krate::Batch::rows(&self.#members, rows)? ),* } };
        let checks = quote! { #( #krate::Batch::check(&self.#members)?; )* };
        let body = quote! {
            fn len(&self) -> usize {
                let lengths: &[usize] = #lengths;
                lengths.first().copied().unwrap_or(0)
            }
            fn check(&self) -> #krate::Result<()> { #checks #krate::same_len(#lengths) }
            fn rows(&self, rows: &[usize]) -> #krate::Result<Self> {
                ::core::result::Result::Ok(#rows)
            }
        };
        (quote! { #krate::Batch }, body)
    })
}

/// Writes the impl of a trait from its path and body, for a struct's fields.
fn expand(
    input: &DeriveInput,
    owner: &str,
    write: impl FnOnce(&Tokens, &[Member]) -> (Tokens, Tokens),
) -> TokenStream {
    let members = match members(input) {
        Ok(members) => members,
        Err(error) => return error.into_compile_error().into(),
    };
    let (path, body) = write(&krate(owner), &members);
    let (name, (generics, types, bounds)) = (&input.ident, input.generics.split_for_impl());
    quote! { #[automatically_derived] impl #generics #path for #name #types #bounds { #body } }
        .into()
}

fn members(input: &DeriveInput) -> Result<Vec<Member>, Error> {
    match &input.data {
        Data::Struct(data) if !matches!(data.fields, Fields::Unit) => {
            Ok(data.fields.members().collect())
        }
        _ => Err(Error::new(
            Span::call_site(),
            "expected a struct with fields; help: implement the trait by hand for an enum",
        )),
    }
}

/// The path of the crate that owns the trait: a direct dependency, or by way of the front door.
///
/// Each owner declares `extern crate self as …`, so the direct path also works inside it.
fn krate(owner: &str) -> Tokens {
    let package = format!("brand-nn-{owner}");
    let direct = Ident::new(&package.replace('-', "_"), Span::call_site());
    let part = Ident::new(owner, Span::call_site());
    if is_named("CARGO_PKG_NAME", &package) || depends_on(&package) || !depends_on("brand-nn") {
        quote! { ::#direct }
    } else {
        quote! { ::brand_nn::#part }
    }
}

fn is_named(variable: &str, package: &str) -> bool {
    std::env::var(variable).is_ok_and(|name| name == package)
}

/// Whether the manifest of the crate that is being compiled has `package` as a dependency's name.
fn depends_on(package: &str) -> bool {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let manifest = std::fs::read_to_string(std::path::Path::new(&folder).join("Cargo.toml"));
    manifest.unwrap_or_default().lines().any(|line| {
        let key = line.trim_start_matches(['[', ' ']).trim_start_matches("dependencies.");
        let rest = key.strip_prefix(package).unwrap_or("?");
        rest.starts_with([' ', '=', '.', ']'])
    })
}
