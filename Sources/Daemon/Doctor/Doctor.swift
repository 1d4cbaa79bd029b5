// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Looks whether Jaga can work here, and says in plain words what to do.
///
/// Changes nothing: a running Jaga is not disturbed.
package struct Doctor: Sendable {
    private let configuration: AllInOne.Configuration

    /// Takes what `jaga up` would be told.
    package init(_ configuration: AllInOne.Configuration) {
        self.configuration = configuration
    }

    /// All checks, in the order in which a person wants to read them; `found`
    /// gets each finding as it comes.
    ///
    /// Takes as long as the engine needs to answer, at most some seconds a
    /// container that hangs.
    package func run(_ found: (DoctorFinding) -> Void) async {
        let engine = DoctorEngine(
            environment: configuration.environment,
            userID: configuration.userID
        )
        await engine.check(found)
        DoctorConfiguration(configuration).check().forEach(found)
        DoctorDisk(configuration.data).check().forEach(found)
        DoctorLimits.read().findings.forEach(found)
        found(DoctorClock.read().finding)
    }
}
