//! Windows with learned weights that slide over sequences, images and volumes.

family! {
    conv: ConvNd, ConvRecipe, Conv1d, Conv2d, Conv3d
        => conv1d Conv1dRecipe, conv2d Conv2dRecipe, conv3d Conv3dRecipe;
    conv_transpose: ConvTransposeNd, ConvTransposeRecipe, ConvTranspose1d, ConvTranspose2d
        => conv_transpose1d ConvTranspose1dRecipe, conv_transpose2d ConvTranspose2dRecipe;
    depthwise_conv: DepthwiseConvRecipe
        => depthwise_conv1d DepthwiseConv1dRecipe, depthwise_conv2d DepthwiseConv2dRecipe;
    separable_conv: SeparableConvNd, SeparableConvRecipe, SeparableConv1d, SeparableConv2d
        => separable_conv1d SeparableConv1dRecipe, separable_conv2d SeparableConv2dRecipe;
}

mod filter;
