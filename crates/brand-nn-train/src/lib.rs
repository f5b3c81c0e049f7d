//! Everything around the graph: data sets, epochs, callbacks, metrics, model files.
//!
//! [`Model::compile`] joins a model with an optimizer and a loss; [`Trainer::fit`] trains it as a
//! [`Fit`] says, [`Trainer::evaluate`] and [`Trainer::predict`] use it, [`Trainer::save`] and
//! [`SavedModel::open`] put it into one file and back.
//!
//! | to … | use |
//! |---|---|
//! | read a table of numbers, texts and days | [`Table`], [`TableReader`] |
//! | make a tensor of a table | [`ColumnTransformer`], [`Transformer`] |
//! | read labelled texts | [`TextSet`], or [`corpus`] for synthetic ones |
//! | split data for testing | [`train_test_split`], [`stratified_split`], [`group_split`], [`time_split`], [`leave_last_out`] |
//! | cross-validate | [`KFold`], [`TimeSeriesSplit`], [`cross_validate`] |
//! | draw batches by weights, classes or lengths, with threads | [`DataLoader`], [`Sequences`] |
//! | train on a file larger than memory | [`TablePieces`] |
//! | change examples at random | [`augment`], [`TextAugmenter`] |
//! | find a rate or a batch size | [`RateFinder`], [`BatchSizeFinder`] |
//! | train on several inputs | [`Batch`], derived for a struct, and [`Model`] |
//! | take weights of other programs | [`Weights`] |
//! | give a network to other programs | `OnnxModel`, with the feature `onnx` |
//! | search for settings | [`Search`], [`Space`] |
//! | let several models answer | [`Ensemble`], [`bagging`], [`Snapshots`], [`out_of_fold`], [`mc_dropout`] |
//! | measure | [`Accuracy`], [`F1`], [`Auc`], [`Rmse`] and others: see [`metrics`] |
//! | watch, save and stop | [`Callback`], [`EarlyStopping`], [`ModelCheckpoint`] and others |
//! | go on after a crash | [`Checkpoint`], [`Fit::resume_from`], [`StopSignal`] |
//!
//! One more metric or callback is one more file, a line below, and a row of a test.

extern crate self as brand_nn_train;

mod augment;
mod batch;
mod batch_size_finder;
mod batches;
mod callbacks;
mod checkpoint;
pub mod corpus;
#[cfg(feature = "dashboard")]
mod dashboard;
mod data;
mod ensemble;
mod error;
mod exact;
mod fit;
mod folds;
mod loader;
pub mod metrics;
mod model;
mod model_file;
#[cfg(feature = "onnx")]
mod onnx;
mod prepare;
mod progress;
mod protobuf;
mod rate_finder;
mod run;
mod sampler;
mod scores;
mod search;
mod sequences;
mod source;
mod stop_signal;
mod table;
mod table_pieces;
mod text_set;
mod trainer;
mod weights;
mod workers;

pub use augment::{Augmented, TextAugmenter, augment, mixup, noise};
pub use batch::{Batch, same_len};
pub use batch_size_finder::{BatchSizeFinder, BatchSizes};
pub use batches::{Batches, EpochOrder, Examples, Visit};
pub use brand_nn_derive::Batch;
#[cfg(feature = "report")]
pub use callbacks::HtmlReport;
pub use callbacks::{
    Callback, CsvLogger, EarlyStopping, Ema, Epoch, JsonLogger, LrScheduler, ModelCheckpoint,
    ReduceLrOnPlateau, TensorBoard, TerminateOnNan, TrainingStep,
};
pub use checkpoint::Checkpoint;
pub use data::{DataSet, stratified_split, train_test_split};
pub use ensemble::{Ensemble, Snapshots, Spread, bagging, mc_dropout, out_of_fold};
pub use error::{Error, Result};
pub use fit::Fit;
pub use folds::{
    Fold, FoldScores, KFold, TimeSeriesSplit, cross_validate, group_split, leave_last_out,
    time_split,
};
pub use loader::DataLoader;
pub use metrics::{
    Accuracy, Auc, Average, BalancedAccuracy, Brier, CohenKappa, ConfusionMatrix, F1, FBeta,
    KappaWeights, LogLoss, Mae, Mcc, Metric, Mse, PrAuc, Precision, R2, Recall, Rmse, TopKAccuracy,
    confusion_matrix,
};
pub use model::Model;
pub use model_file::SavedModel;
#[cfg(feature = "onnx")]
pub use onnx::OnnxModel;
pub use prepare::{
    BagOfWords, ColumnTransformer, DateFeatures, DatePart, Fill, Fitted, FittedColumnTransformer,
    FittedLabelEncoder, FittedStep, Hashing, Imputer, Input, LabelEncoder, MinMaxScaler, OneHot,
    Ordinal, QuantileBins, RobustScaler, Scaling, StandardScaler, Step, Steps, TargetEncoder,
    TargetMeans, Transformer, Word,
};
pub use progress::Progress;
pub use rate_finder::{RateCurve, RateFinder};
pub use scores::{History, Scores};
pub use search::{Pruner, Search, Settings, Space, Trial, Trials, Tried};
pub use sequences::Sequences;
pub use source::Encoding;
pub use stop_signal::StopSignal;
pub use table::{Column, ColumnType, Date, Pieces, Schema, Table, TableReader};
pub use table_pieces::TablePieces;
pub use text_set::{TextColumns, TextSet};
pub use trainer::{Trainer, predict};
pub use weights::Weights;

pub(crate) use model_file::ModelFile;
