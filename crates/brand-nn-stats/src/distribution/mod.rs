//! Distributions of chance: density, probability, quantile, moments, draws and fits.
//!
//! | distribution | of | parameters | fit |
//! |---|---|---|---|
//! | [`Normal`] | sums of many | mean, standard deviation | closed |
//! | [`LogNormal`] | products of many, spend | mean and deviation of the logarithm | closed |
//! | [`Uniform`] | anything between two ends | low, high | closed |
//! | [`Exponential`] | waiting | rate | closed |
//! | [`Gamma`] | rates, spend | shape, rate | Newton |
//! | [`Weibull`] | lifetimes | shape, scale | Newton |
//! | [`Beta`] | shares | alpha, beta | Newton |
//! | [`StudentT`] | means of small samples | degrees of freedom | – |
//! | [`ChiSquared`] | sums of squares | degrees of freedom | – |
//! | [`FisherF`] | ratios of variances | degrees of freedom, twice | – |
//! | [`Binomial`] | successes of n | trials, probability | – |
//! | [`BetaBinomial`] | successes of n, each with its own chance | trials, alpha, beta | – |
//! | [`Poisson`] | counts | rate | closed |
//! | [`NegativeBinomial`] | counts of unlike ones | size, probability | search |
//! | [`Geometric`] | failures before a success | probability | closed |
//!
//! ```
//! use brand_nn_stats::distribution::{Distribution, Normal};
//!
//! let normal = Normal::new(10.0, 2.0)?;
//! assert!((normal.quantile(0.975) - 13.919_927_969_080_108).abs() < 1e-12);
//! assert!((normal.survival(12.0) - 0.158_655_253_931_457_05).abs() < 1e-15);
//! assert_eq!(normal.sample(7, 3), normal.sample(7, 5)[..3]);
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```
//!
//! One more is a file with `distribution!` and the trait, a line of `distributions!`, a line above
//! and a row of `tests/suite/distribution.rs`.

use brand_nn_kernels::{fill_uniform, for_each_chunk};

/// Declares the files of distributions.
macro_rules! distributions {
    ($($file:ident: $name:ident;)*) => {
        $(mod $file; pub use $file::$name;)*
    };
}

/// Declares a distribution: its docs, its name, its parameters with what each may be, and after `;`
/// the method that looks at them together.
macro_rules! distribution {
    (
        $(#[$doc:meta])*
        $name:ident { $($parameter:ident: $check:ident),* $(; $together:ident)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
        pub struct $name {
            $($parameter: f64,)*
        }

        impl $name {
            const NUM_PARAMETERS: usize = [$(stringify!($parameter)),*].len();

            /// The distribution with these parameters.
            ///
            /// # Errors
            /// If a parameter is outside its domain.
            pub fn new($($parameter: f64),*) -> crate::Result<Self> {
                $($crate::door::$check(stringify!($name), stringify!($parameter), $parameter)?;)*
                let of = Self { $($parameter,)* };
                $(of.$together()?;)?
                Ok(of)
            }

            /// The parameters in the order of [`new`](Self::new).
            #[must_use]
            pub fn parameters(&self) -> [f64; Self::NUM_PARAMETERS] {
                [$(self.$parameter),*]
            }
        }

        impl TryFrom<Vec<f64>> for $name {
            type Error = crate::Error;

            fn try_from(parameters: Vec<f64>) -> crate::Result<Self> {
                let op = stringify!($name);
                crate::door::len(op, "parameters", parameters.len(), Self::NUM_PARAMETERS)?;
                let mut next = parameters.into_iter();
                $(let $parameter = next.next().unwrap_or(f64::NAN);)*
                Self::new($($parameter),*)
            }
        }

        impl From<$name> for Vec<f64> {
            fn from(distribution: $name) -> Self {
                distribution.parameters().to_vec()
            }
        }
    };
}

distributions! {
    beta: Beta;
    beta_binomial: BetaBinomial;
    binomial: Binomial;
    chi_squared: ChiSquared;
    exponential: Exponential;
    fisher_f: FisherF;
    gamma: Gamma;
    geometric: Geometric;
    log_normal: LogNormal;
    negative_binomial: NegativeBinomial;
    normal: Normal;
    poisson: Poisson;
    student_t: StudentT;
    uniform: Uniform;
    weibull: Weibull;
}

mod discrete;

/// What every distribution of one number can tell.
///
/// Arguments outside the support have density 0; a NaN gives NaN.
pub trait Distribution: Sync {
    /// The logarithm of the density at x; for counts, of the probability of x.
    #[doc(alias = "logpdf")]
    #[doc(alias = "logpmf")]
    fn log_density(&self, x: f64) -> f64;

    /// The density at x; for counts, the probability of x.
    #[doc(alias = "pdf")]
    #[doc(alias = "pmf")]
    fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }

    /// The probability of at most x.
    fn cdf(&self, x: f64) -> f64;

    /// The probability of more than x, exact where that is tiny.
    #[doc(alias = "sf")]
    fn survival(&self, x: f64) -> f64;

    /// The smallest x whose probability is at least p; NaN outside 0 … 1.
    #[doc(alias = "ppf")]
    fn quantile(&self, p: f64) -> f64;

    /// The expected value; NaN or ∞ where there is none.
    fn mean(&self) -> f64;

    /// The expected square of the distance to the mean; NaN or ∞ where there is none.
    fn variance(&self) -> f64;

    /// The root of the variance.
    fn standard_deviation(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Independent draws, the i-th a function of seed and i alone.
    ///
    /// They are quantiles of uniform numbers: with one seed, distributions that lie higher give
    /// larger draws.
    fn sample(&self, seed: u64, count: usize) -> Vec<f64> {
        let mut draws = vec![0.0_f64; count];
        fill_uniform(seed, 0, &mut draws);
        // The middle of each step of 2⁻⁵³, so that no draw is an end of the support.
        let inside = |u: f64| (u + f64::EPSILON / 4.0).min(1.0 - f64::EPSILON / 2.0);
        for_each_chunk(&mut draws, 1 << 10, |_, draws| {
            draws.iter_mut().for_each(|x| *x = self.quantile(inside(*x)));
        });
        draws
    }
}

/// Finite observations, at least one, all of which pass a test.
fn observed(
    op: &'static str,
    x: &[f64],
    domain: (&'static str, fn(f64) -> bool),
) -> crate::Result<()> {
    crate::door::some(op, "observations", x.len())?;
    crate::door::every(op, "observation", x, domain)
}

const POSITIVE: (&str, fn(f64) -> bool) = ("a finite number above 0", |x| x.is_finite() && x > 0.0);
const COUNT: (&str, fn(f64) -> bool) =
    ("a whole number of at least 0", |x| x.is_finite() && x >= 0.0 && x.fract() == 0.0);

fn mean(x: &[f64]) -> f64 {
    crate::door::mean(x.iter().copied())
}

/// The mean square of the distances to the mean.
fn spread(x: &[f64]) -> f64 {
    let mean = mean(x);
    crate::door::mean(x.iter().map(|x| (x - mean).powi(2)))
}

/// There is no fit, for all observations are one.
fn constant<T>(op: &'static str) -> crate::Result<T> {
    let (case, help) = ("all observations are the same", "hand over observations that differ");
    Err(crate::Error::Undefined { op, case, help })
}
