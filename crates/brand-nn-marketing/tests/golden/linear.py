"""Log-odds and shares of scikit-learn's TfidfVectorizer with logistic regression and naive Bayes.

    python linear.py > linear.json
"""

import json

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB

praise = [
    "The phone is great, great screen and a long battery life",
    "I love the colour and the fast delivery",
    "屏幕很清晰，电池很耐用",
    "Good value, works as it should; would buy again",
    "做工精细，很喜欢",
    "Best headphones I have had, the sound is great",
    "物流很快  服务很好",
]
complaints = [
    "The screen broke after a week, not worth the money",
    "Bad battery, bad sound, the delivery was late",
    "电池不耐用，屏幕很暗",
    "I would not buy it again",
    "客服不理人，物流太慢",
    "Does not work as it should; the phone gets hot",
    "质量很差，不喜欢",
]
new = [
    "great battery",
    "not great",
    "The delivery was late and the screen is bad, I would not buy again",
    "屏幕不清晰",
    "很喜欢  物流快",
    "",
    "unknown",
]
cases = []
texts, labels = praise + complaints, [True] * len(praise) + [False] * len(complaints)
for grams in ["word", "char"]:
    for min_texts in [1, 2]:
        vectorizer = TfidfVectorizer(
            analyzer=grams, ngram_range=(1, 2), min_df=min_texts, sublinear_tf=True
        )
        features = vectorizer.fit_transform(texts)
        for method, setting in [("logistic", 1.0), ("logistic", 10.0), ("bayes", 1.0), ("bayes", 0.1)]:
            if method == "logistic":
                model = LogisticRegression(C=setting, tol=1e-10, max_iter=10000)
                odds = model.fit(features, labels).decision_function(vectorizer.transform(new))
            else:
                model = MultinomialNB(alpha=setting).fit(features, labels)
                logs = model.predict_log_proba(vectorizer.transform(new))
                odds = logs[:, 1] - logs[:, 0]
            cases.append(
                {
                    "method": method,
                    "grams": grams,
                    "min_texts": min_texts,
                    "setting": setting,
                    "terms": len(vectorizer.vocabulary_),
                    "log_odds": [float(x) for x in odds],
                }
            )
vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
features = vectorizer.fit_transform(texts)
# The last three that praise do neither.
tones = [2] * (len(praise) - 3) + [1] * 3 + [0] * len(complaints)
model = LogisticRegression(C=3.0, class_weight="balanced", tol=1e-10, max_iter=10000)
model = OneVsRestClassifier(model).fit(features, tones)
shares = model.predict_proba(vectorizer.transform(new)).tolist()
golden = {"texts": texts, "praise": labels, "new": new, "cases": cases, "tones": tones, "shares": shares}
print(json.dumps(golden, ensure_ascii=False, indent=1))
