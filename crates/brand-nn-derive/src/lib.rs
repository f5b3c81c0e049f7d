//! The derive macros of brand-nn, re-exported by the crate whose trait they implement.

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Index, Member, parse_macro_input};

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
    expand(&input, "autodiff", |krate, fields| {
        let members = members(fields);
        let names = members.iter().map(name);
        let visits = quote! { #( visitor.child(#names, &self.#members); )* };
        let body = quote! { fn visit(&self, visitor: &mut #krate::Visitor<'_>) { #visits } };
        Ok(vec![(quote! { #krate::Params }, body)])
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
    expand(&input, "train", |krate, fields| {
        let members = members(fields);
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
        Ok(vec![(quote! { #krate::Batch }, body)])
    })
}

/// Implements `Settings` and `FromSettings` for a struct: each field is a setting of its name.
///
/// A field marked `#[settings(default)]` may be missing in a file, `#[settings(skip)]` is never
/// written, and `#[settings(flatten)]` has settings itself, which are written among the others.
///
/// # Examples
/// ```ignore
/// #[derive(Settings)]
/// struct Scale { by: f64, #[settings(default)] squared: bool }
/// ```
#[proc_macro_derive(Settings, attributes(settings))]
pub fn settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, "layers", |krate, fields| {
        let (mut puts, mut takes, mut last) = (Vec::new(), Vec::new(), Vec::new());
        let members = members(fields);
        let locals: Vec<_> = (0..members.len()).map(|i| format_ident!("field{i}")).collect();
        for ((field, member), local) in fields.iter().zip(&members).zip(&locals) {
            let name = name(member);
            let put = quote! { fields.put(#name, &self.#member)?; };
            match mark(field)?.as_deref() {
                None => {
                    puts.push(put);
                    takes.push(quote! { let #local = fields.take(#name)?; });
                }
                Some("default") => {
                    puts.push(put);
                    takes.push(quote! { let #local = fields.take_or_default(#name)?; });
                }
                Some("flatten") => {
                    puts.push(quote! { fields.join(#krate::Settings::settings(&self.#member)?); });
                    let rest = quote! { fields.rest(), registry };
                    last.push(quote! { let #local = #krate::FromSettings::from_settings(#rest)?; });
                }
                _ => takes.push(quote! { let #local = ::core::default::Default::default(); }),
            }
        }
        let made = quote! { ::core::result::Result::Ok(Self { #( #members: #locals ),* }) };
        let write = quote! {
            fn settings(&self) -> #krate::Result<#krate::Fields> {
                let mut fields = #krate::Fields::default();
                #(#puts)*
                ::core::result::Result::Ok(fields)
            }
        };
        let read = quote! {
            #[allow(unused_variables)]
            fn from_settings(
                mut fields: #krate::Fields,
                registry: &#krate::Registry,
            ) -> #krate::Result<Self> {
                #(#takes)* #(#last)*
                fields.end()?;
                #made
            }
        };
        Ok(vec![(quote! { #krate::Settings }, write), (quote! { #krate::FromSettings }, read)])
    })
}

/// What `#[settings(…)]` says of a field, if it has that.
fn mark(field: &Field) -> Result<Option<String>, Error> {
    let Some(mark) = field.attrs.iter().find(|mark| mark.path().is_ident("settings")) else {
        return Ok(None);
    };
    let word: Ident = mark.parse_args()?;
    let known = ["default", "flatten", "skip"];
    match known.into_iter().find(|known| word == known) {
        Some(known) => Ok(Some(known.to_owned())),
        None => Err(Error::new(word.span(), format!("expected one of {}", known.join(", ")))),
    }
}

/// Writes impls of traits, each of its path and body, for a struct's fields.
fn expand(
    input: &DeriveInput,
    owner: &str,
    write: impl FnOnce(&Tokens, &Fields) -> Result<Vec<(Tokens, Tokens)>, Error>,
) -> TokenStream {
    let impls = match fields(input).and_then(|fields| write(&krate(owner), fields)) {
        Ok(impls) => impls,
        Err(error) => return error.into_compile_error().into(),
    };
    let (name, (generics, types, bounds)) = (&input.ident, input.generics.split_for_impl());
    let impls = impls.iter().map(|(path, body)| {
        quote! { #[automatically_derived] impl #generics #path for #name #types #bounds { #body } }
    });
    quote! { #(#impls)* }.into()
}

fn fields(input: &DeriveInput) -> Result<&Fields, Error> {
    match &input.data {
        Data::Struct(data) if !matches!(data.fields, Fields::Unit) => Ok(&data.fields),
        _ => Err(Error::new(
            Span::call_site(),
            "expected a struct with fields; help: implement the trait by hand for an enum",
        )),
    }
}

fn members(fields: &Fields) -> Vec<Member> {
    fields.members().collect()
}

/// A field's name, or its place in a struct without names.
fn name(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(Index { index, .. }) => index.to_string(),
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
