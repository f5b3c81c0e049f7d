//! Tables that ids look their vectors up in.

family! {
    embedding: Embedding => embedding EmbeddingRecipe;
}
