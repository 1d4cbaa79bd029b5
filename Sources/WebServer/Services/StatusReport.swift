// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How the parts of the running Jaga stand, but for the index and the live
/// stream, which the server asks itself.
package struct StatusReport: Sendable {
    package struct Ruleset: Sendable {
        /// Folder, or folders.
        package var place = ""
        package var rules = 0
        package var decoders = 0
        package var lists = 0
        /// When it was loaded, in milliseconds since the epoch.
        package var loaded: Int64 = 0
        package var warnings = 0

        package init() {}
    }

    package struct Engine: Sendable {
        package var events = 0
        package var alerts = 0
        /// Events that no decoder took.
        package var undecoded = 0
        package var eventBytes = 0
        /// From an event's origin to its alert on the disk, in milliseconds; nil
        /// before the first.
        package var latencyMedian: Double?
        package var latency99: Double?
        package var reloads = 0
        package var failedReloads = 0

        package init() {}
    }

    /// What access lines led to.
    package struct Web: Sendable {
        /// An entry of the whitelist.
        package struct Allowance: Sendable {
            /// `ossec.conf:12`.
            package let place: String
            package let reason: String
            /// What it let pass.
            package let count: Int

            package init(place: String, reason: String, count: Int) {
                self.place = place
                self.reason = reason
                self.count = count
            }
        }

        /// Sources that are watched now.
        package var sources = 0
        /// Campaigns so far, and those of them that are over.
        package var campaigns = 0
        package var closedCampaigns = 0
        package var allowed: [Allowance] = []

        package init() {}
    }

    package struct Source: Sendable {
        package enum State: String, Sendable {
            case starting, connected, waiting, failed, ignored, ended
        }

        /// `file`, `container`, `docker-events`, `docker-logs`.
        package var kind: String
        package var name: String
        package var state: State
        /// What it is connected to, or why it is not.
        package var detail = ""
        /// How far it was read, in the source's own measure.
        package var position = ""
        package var lagBytes: Int?
        package var lagSeconds: Double?
        package var events = 0
        package var bytes = 0
        package var dropped = 0
        package var truncated = 0
        package var malformed = 0
        /// Lines left out by `ignore` and `restrict`.
        package var ignored = 0
        /// Times when something was gone that may have held what was not read.
        package var gaps = 0
        /// Bytes known to be lost by them.
        package var lostBytes = 0
        /// Bytes passed over as the settings say.
        package var skippedBytes = 0

        package init(kind: String, name: String, state: State) {
            self.kind = kind
            self.name = name
            self.state = state
        }
    }

    package struct Log: Sendable {
        /// Of the current file.
        package var bytes = 0
        /// Where the next alert will stand.
        package var offset = 0
        package var failedWrites = 0

        package init() {}
    }

    /// What waits on the disk to be analysed.
    package struct Spool: Sendable {
        /// Why nothing can be put into it now; empty when it can.
        package var trouble = ""
        package var bytes = 0
        package var limitBytes = 0
        package var segments = 0
        /// Written since the start.
        package var records = 0
        /// Events taken in: found at the start, and since.
        package var received = 0
        /// Of those, the ones whose alerts are committed.
        package var stored = 0
        /// Of those, the others.
        package var waiting = 0
        /// How long the oldest waits, in seconds.
        package var oldestSeconds = 0.0
        /// Places that could not be read.
        package var damaged = 0

        package init() {}
    }

    package var ruleset = Ruleset()
    package var engine = Engine()
    /// Events and bytes that wait to be analysed.
    package var queuedEvents = 0
    package var queuedBytes = 0
    package var spool = Spool()
    package var sources: [Source] = []
    package var log = Log()
    package var web = Web()

    package init() {}
}
