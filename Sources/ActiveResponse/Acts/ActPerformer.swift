// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Does acts on a host and undoes them: this one's, or an agent's.
///
/// Every call may fail by throwing; what it says for people is one line.
package protocol ActPerformer: Sendable {
    /// Looks at the target as it is now, before anything is written or done.
    func prepare(_ act: PlannedAct) async throws -> Preparation

    /// Does it; what `memory` holds is on the disk by now.
    ///
    /// A script asks `claim` whether it may act on the keys that it names.
    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome

    /// Undoes it; also one that was never done, or is undone already.
    func undo(_ act: StandingAct) async throws -> String

    /// Makes it stand until its new time, where somebody else would end it.
    func renew(_ act: StandingAct) async throws
}

/// What was found before an act.
package enum Preparation: Sendable, Hashable {
    case ready(ActMemory)
    /// The target is as the act would leave it, by somebody else: there is
    /// nothing to do, and nothing to undo.
    case nothingToDo(String)
    case refused(String)
}

/// How an act ended that did not fail.
package enum ActOutcome: Sendable, Hashable {
    case done(String)
    /// Done, and nothing is to be undone later.
    case doneForGood(String)
    /// The same stands already by another act.
    case aborted(String)
}
