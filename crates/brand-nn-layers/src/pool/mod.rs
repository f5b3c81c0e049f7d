//! The largest or the mean element of windows of sequences and images.

family! {
    pooling: Largest, Mean, Pooling;
    sliding_pool: PoolNd, PoolRecipe, MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d
        => max_pool1d MaxPool1dRecipe, max_pool2d MaxPool2dRecipe,
        avg_pool1d AvgPool1dRecipe, avg_pool2d AvgPool2dRecipe;
    adaptive_pool: AdaptivePoolNd, AdaptivePoolRecipe, AdaptiveMaxPool1d, AdaptiveMaxPool2d,
        AdaptiveAvgPool1d, AdaptiveAvgPool2d
        => adaptive_max_pool1d AdaptiveMaxPool1dRecipe,
        adaptive_max_pool2d AdaptiveMaxPool2dRecipe,
        adaptive_avg_pool1d AdaptiveAvgPool1dRecipe,
        adaptive_avg_pool2d AdaptiveAvgPool2dRecipe;
    global_pool: GlobalPool, GlobalPoolRecipe, GlobalMaxPool, GlobalAvgPool
        => global_max_pool GlobalMaxPoolRecipe, global_avg_pool GlobalAvgPoolRecipe;
}
