//! Labels for every step of a sequence, chosen together.

family! {
    crf: Crf, CrfPath;
}
