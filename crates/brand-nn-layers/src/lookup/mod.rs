//! Tables that ids look their vectors up in.

family! {
    embedding: Embedding => embedding EmbeddingRecipe;
    embedding_bag: Bag, EmbeddingBag => embedding_bag EmbeddingBagRecipe;
}
