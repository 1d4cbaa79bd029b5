// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension WebAttack {
    /// The same, found elsewhere: in a body or cookie that was handed over as a query.
    package func found(in place: Place) -> WebAttack {
        WebAttack(
            kind: kind,
            score: score,
            place: place,
            decoded: decoded,
            evidence: evidence,
            rounds: rounds,
            reason: reason
        )
    }
}
