// Made by `npm run generate` from /openapi.json.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List people to write to */
        get: operations["list_accounts"];
        put?: never;
        /**
         * Make an account
         * @description Answers once the account can log in, be written to on any node, and be listed (at most 2 s).
         */
        post: operations["create_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description For administrators. All that are there, the disabled ones too; not those that were erased.
         */
        get: operations["admin_list_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an account
         * @description For administrators.
         */
        get: operations["admin_show_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Lock an account out
         * @description For administrators. Its sessions and streams end within two seconds, on every node, and nobody logs in to it until it is
         *     enabled again. It keeps its name, its messages and its password; others may still write to it.
         */
        put: operations["admin_disable_account"];
        post?: never;
        /**
         * Let an account log in again
         * @description For administrators. With the password it had, and the roles. An account that was disabled by a version that had no way back
         *     has no password any more: reset it.
         */
        delete: operations["admin_enable_account"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset a password
         * @description For administrators. Makes a new password by chance and ends all sessions of the account. Each call makes another one, so
         *     there is no `Idempotency-Key`: the last one counts. An own password is changed by `PUT /api/v1/me/password`.
         */
        post: operations["admin_reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a role
         * @description For administrators. `auditor` reads the log as stored, `bodies` (beside it) its texts as well, `admin` runs the service. The
         *     account has it at once.
         */
        put: operations["admin_grant_role"];
        post?: never;
        /**
         * Take a role
         * @description For administrators. The account's sessions end, since tokens tell roles. Nobody takes `admin` from themself.
         */
        delete: operations["admin_revoke_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how every stage is
         * @description For administrators. The facts of `/readyz`, of the process that answers and of what it stands on.
         */
        get: operations["admin_show_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what everything takes up
         * @description For administrators. How much room the disk has left is in `GET /api/v1/admin/health`.
         */
        get: operations["admin_show_storage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/throttles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List throttles
         * @description For administrators. Who asks too often, of the process that answers: each counts for itself, and forgets it with a restart.
         */
        get: operations["admin_list_throttles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/throttles/{limit}/{who}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lift a throttle
         * @description For administrators. Whoever it is may ask again as if they had not asked before. The counters are those of the process that
         *     answers, and nothing is kept of them, so this is no event in the log; the service's own log has a line about it.
         */
        delete: operations["admin_lift_throttle"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file. Nobody else sees it until a message is sent with it; without one it is gone after a day.
         * @description What it is, its bytes say: a media type of the client's is ignored. JPEG and PNG are encoded anew (an animated PNG keeps
         *     its first picture), GIF and WebP lose everything but their pictures; nothing of where and with what they were taken is
         *     left in any of them. Other files are kept as they are, broken pictures too, as `application/octet-stream`.
         */
        post: operations["upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file. One that was not sent yet is its uploader's alone; a sent one is for the message's sender and
         *     recipients, until the message is taken back.
         */
        get: operations["download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest signed head of the log's Merkle tree.
         * @description A C2SP tlog-checkpoint: origin, size (the position of the last event) and root, in a note signed with Ed25519. A new one is
         *     there at most two seconds after an event.
         */
        get: operations["audit_checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All heads that were ever signed, the smallest first.
         * @description A line is `{"size": …, "note": "…"}`; the note is what `GET /audit/checkpoint` showed when it was the newest.
         */
        get: operations["audit_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log as stored, in its order, one event a line.
         * @description A line is one JSON object without spaces, `{position, aggregate_type, aggregate_id, sequence, event_type, event_version,
         *     event_id, recorded_at, payload, metadata, leaf_hash}`, its members in this order. `payload` and `metadata` stand in it byte
         *     for byte as stored, since these bytes are hashed; `leaf_hash` is in base64. Texts are sealed. An answer that breaks off is
         *     continued by `after`.
         *
         *     With `Accept: application/cloudevents-batch+json` the same events come opened, as the wire carries them: an array of
         *     CloudEvents. This needs the role `bodies` as well. What was erased has `data: null` and `erased: true`;
         *     what does not open with its key, which is damage, `data: null` and `unopened: true`.
         */
        get: operations["audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys that have signed heads, the first first, one a line, as C2SP writes them: `<name>+<id>+<key>`.
         * @description An auditor keeps them from elsewhere (`tidings audit key` prints the newest): a service that has something to hide would
         *     show another one here.
         */
        get: operations["audit_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/mailbox/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Somebody's mailbox as it was at a position, made from the log alone: no read model is asked.
         * @description Deleted messages are there, with `deleted_at`. Texts are `null` without the role `bodies`; and, at every position, where
         *     they were erased since, for their keys are gone. Somebody who was erased is named by account id. What cannot be read is told
         *     in `unreadable`, by its position, and everything else is shown.
         */
        get: operations["audit_mailbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/tile/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tile of the log's Merkle tree (C2SP tlog-tiles).
         * @description `<level>/<N>[.p/<W>]`: 256 hashes of 32 bytes each, or W of them at the right edge; `N` in groups of three digits, all but
         *     the last behind an `x` (`x001/x234/067`). `entries/<N>[.p/<W>]`: the entries whose hashes stand in the tile of level 0,
         *     57 bytes each, behind their length in two bytes: version, position, sequence, time and the hash of the record. The record
         *     itself is a line of `GET /audit/events`. What the newest signed head does not cover is not there.
         */
        get: operations["audit_tile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is blocked, the last one first. */
        get: operations["blocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blocks/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Block somebody: their direct messages no longer come in. They are not told; groups are unchanged. */
        put: operations["block"];
        post?: never;
        /** Let somebody's direct messages come in again. What was sent meanwhile stays out. */
        delete: operations["unblock"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own conversations. */
        get: operations["conversations"];
        put?: never;
        /** Make a group. Its maker owns it. */
        post: operations["start_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conversation. */
        get: operations["conversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a group. */
        patch: operations["rename_group"];
        trace?: never;
    };
    "/api/v1/conversations/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put a conversation away. The next message in it brings it back. */
        put: operations["archive"];
        post?: never;
        /** Bring a conversation back. */
        delete: operations["unarchive"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The own draft in a conversation. */
        get: operations["draft"];
        /** Keep a draft, to be gone on with on any own device. */
        put: operations["keep_draft"];
        post?: never;
        /** Throw a draft away. */
        delete: operations["drop_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/members/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Have somebody in a group. They see what is sent from then on. */
        put: operations["put_member"];
        post?: never;
        /**
         * Leave a group (with the own name), or remove somebody. They see nothing that is sent later, and keep what they received.
         *     Where the last owner leaves, who has been in it longest owns it.
         */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The messages of a conversation, newest first. */
        get: operations["conversation_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keep a conversation quiet: its messages come in and count, but clients do not call out. */
        put: operations["mute"];
        post?: never;
        /** Let a conversation be heard again. */
        delete: operations["unmute"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The push stream: what changes in the caller's mailbox, as it happens.
         * @description Each event is `id` (a token), `event` (its type) and `data`, one JSON object `{type, occurred_at, …}`. `hello` comes first;
         *     its `data.token` says how far the service has come, its `id` where this stream starts. Then `message.new` (an inbox or sent
         *     item with its `box`), `message.changed` (the item's latest state), `conversation.changed`, and, without an `id` since nobody
         *     resumes from them, `unread` (`{total}`) and `typing` (`{conversation_id, account: {id, username}}`). `reset` says that
         *     everything is to be loaded again. `session.ended` and `bye` are last words. A comment comes every 15 s.
         *
         *     A message that was written to an open stream has arrived: a moment later its sender's item shows it in `delivered_to`.
         *     Reading a list never says so. The receiver's own item keeps its place and is not told again for it.
         *
         *     While a client resumes, an item that changed meanwhile may be told for the first time as `message.changed`.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The inbox. */
        get: operations["inbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/delivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that messages have reached a device. Their senders are told. */
        post: operations["mark_delivered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark received messages as read. Their senders are told. */
        post: operations["mark_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark received messages as unread. */
        post: operations["mark_unread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a received message from the own inbox. The other side keeps it. */
        delete: operations["delete_received"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a deleted message back into the own inbox. */
        post: operations["restore_received"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the own account */
        get: operations["show_me"];
        put?: never;
        post?: never;
        /**
         * Erase the own account
         * @description And everything it wrote, for good: its keys are destroyed, so that what stays sealed in the log can never be opened again.
         *     Its messages leave a tombstone in others' mailboxes. The name stays taken.
         */
        delete: operations["erase_me"];
        options?: never;
        head?: never;
        /** Change the own names or address */
        patch: operations["change_me"];
        trace?: never;
    };
    "/api/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Take all own data along
         * @description One JSON document: `account`, `sessions`, `blocks`, `drafts`, `conversations`, then `sent` and `inbox`, oldest first, with
         *     what was deleted from the own boxes. Attachments are named by their URLs.
         */
        get: operations["export_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the own password
         * @description Ends every other session of the account within two seconds.
         */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message. */
        post: operations["send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A message. */
        get: operations["message"];
        put?: never;
        post?: never;
        /** Take an own message back for everybody. Its text is erased for good, a tombstone stays. */
        delete: operations["unsend"];
        options?: never;
        head?: never;
        /** Edit an own message. The log keeps every version. */
        patch: operations["edit"];
        trace?: never;
    };
    "/api/v1/messages/{id}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The trace of a message. */
        get: operations["trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the own messages
         * @description Finds messages of both boxes that are neither deleted nor taken back, each once. A search that takes too long is a 503
         *     which says how to narrow it.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sent box. */
        get: operations["sent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sent/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a sent message from the own sent box. The other side keeps it. */
        delete: operations["delete_sent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sent/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a deleted message back into the own sent box. */
        post: operations["restore_sent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the own sessions */
        get: operations["list_sessions"];
        put?: never;
        /** Log in */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log out
         * @description Takes the cookies away, if there are any.
         */
        delete: operations["end_current_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the next pair of tokens
         * @description A refresh token is used once. The same one again gets the same pair for 20 seconds, since an answer may be lost on its
         *     way; later it ends the session, since it may have been stolen. Tokens from a cookie are answered in cookies.
         */
        post: operations["refresh_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Log a device out
         * @description Its token is refused and its stream ends within two seconds, on every node. Again: 204 again.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that the caller types. The conversation's other members who are connected are told `typing`; nothing is kept. */
        post: operations["typing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the webhooks
         * @description For administrators. A webhook whose receiver fails says so here.
         */
        get: operations["list_webhooks"];
        put?: never;
        /**
         * Have events delivered
         * @description For administrators. The log's events are sent to `url` by POST, one a request and in the log's order: the next one only when
         *     the one before was answered by 2xx. Any other answer, none within 10 s, or a redirect is a failure, after which the same
         *     event is sent again: after a second, then twice as long each time, up to an hour (with some chance in it), and not sooner than
         *     `Retry-After` says. After seven days of that (an operator's setting), or an answer of 410, the webhook is paused; nothing is
         *     skipped, and `replay` goes on with it. Deliveries are made at least once: whoever has seen a `webhook-id` before has only to
         *     answer 2xx again.
         *
         *     A delivery is what the stream on NATS carries, in the form of CloudEvents 1.0 (`/asyncapi.json` has the schemas), as
         *     `application/cloudevents+json`. What was erased meanwhile comes with `"data": null` and `"erased": true`; what
         *     does not open with its key, which is damage, with `"data": null` and `"unopened": true`.
         *
         *     The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of the specification Standard Webhooks:
         *     `v1,` and the base64 of an HMAC-SHA256, under the secret, of id, timestamp and body with full stops between them. `webhook-id`
         *     is the event's `id`. `tidings-epoch` and `tidings-position` tell its place in the log, and `traceparent`, where there is one,
         *     the trace of the command that caused it.
         */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a webhook
         * @description For administrators. Its secret was shown when it was made, and is not shown again.
         */
        get: operations["show_webhook"];
        put?: never;
        post?: never;
        /**
         * Remove a webhook
         * @description For administrators. A delivery that is under way may still arrive.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver again, or go on
         * @description For administrators. Deliveries begin behind `after`, in the log's order, at once and also where the webhook was paused. An
         *     event that is delivered again has the same `webhook-id` as before.
         */
        post: operations["replay_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The push stream over a WebSocket, and commands the other way. Frames are JSON as text, a client's of 1 MiB at most.
         * @description The first frame is `{"token"?, "last_event_id"?}`, within 10 s. Without a token the handshake has to show who asks: by the
         *     `Authorization` header, or by the session cookie, which needs a same-origin `Origin`. Whoever is not let in is told why in
         *     `{"problem": …}`, and the socket is closed: 1008 for no valid token, 1013 for "later".
         *
         *     From then on the service sends the events of `GET /api/v1/events` as `{"id"?, "event", "data"}`, and a ping every 15 s. It
         *     closes with 1001 after `bye` and 1008 after `session.ended`.
         *
         *     The client may send `{"typing": <body of POST /api/v1/typing>}`, `{"read": <body of POST /api/v1/inbox/read>}` and
         *     `{"send": <body of POST /api/v1/messages>}`, each with `"idempotency_key"` and with `"ref"` (a string or a number) beside it.
         *     They are carried out one after the other, and answered in their order by
         *     `{"ack": <the answer's body, or {}>, "token"?, "ref"?}` or `{"problem": <problem>, "retry_after"?, "ref"?}`; `token` is the
         *     `Tidings-Token`.
         */
        get: operations["ws"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Somebody to write to. */
        Account: {
            /** @description May be empty. */
            first_name: string;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /** @description May be empty. */
            last_name: string;
            /**
             * @description Never changes.
             * @example alice
             */
            username: string;
        };
        /** @description People, by username. */
        AccountPage: {
            items: components["schemas"]["Account"][];
            /** @description The cursor of the next page, if there is one. */
            next?: string | null;
        };
        /** @description An account to be made. */
        AccountToMake: {
            /** @description An address. */
            email?: string | null;
            /** @description First name. */
            first_name?: string | null;
            /** @description Last name. */
            last_name?: string | null;
            /** @description At least 8 characters; not a common one, not the name. No composition rules. */
            password: components["schemas"]["Password"];
            /**
             * @description 1–32 of `A-Z a-z 0-9 _ . -`, unique without regard to case.
             * @example alice
             */
            username: string;
        };
        /** @description An account, as administrators see it. */
        AdminAccount: {
            /**
             * Format: date-time
             * @description Since when it cannot log in; `null` if it can.
             */
            disabled_at?: string | null;
            /**
             * @description May be empty.
             * @example alice@example.org
             */
            email: string;
            /** @description May be empty. */
            first_name: string;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /** @description May be empty. */
            last_name: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            registered_at: string;
            /**
             * @description What it may do beyond writing messages: `auditor`, `bodies`, `admin`.
             * @example [
             *       "auditor"
             *     ]
             */
            roles: string[];
            /**
             * Format: date-time
             * @description When one of its devices was heard of last, give or take the ten minutes after which they are. A log-in that has ended
             *     is forgotten after a day.
             */
            seen_at?: string | null;
            /**
             * Format: int64
             * @description On how many devices it is logged in.
             * @example 2
             */
            sessions: number;
            /**
             * @description Never changes.
             * @example alice
             */
            username: string;
        };
        /** @description Accounts, by username. */
        AdminAccountPage: {
            items: components["schemas"]["AdminAccount"][];
            /** @description The cursor of the next page, if there is one. */
            next?: string | null;
        };
        /** @description How often something may be done at once, and evenly after that. */
        Allowance: {
            limit: components["schemas"]["ThrottleLimit"];
            /**
             * Format: int32
             * @description Within how many seconds.
             * @example 60
             */
            seconds: number;
            /**
             * Format: int32
             * @description How often.
             * @example 600
             */
            times: number;
        };
        /** @description As what. */
        AsWhat: {
            /** @default null */
            role: components["schemas"]["Role"] | null;
        };
        /** @description A file that comes with a message. */
        Attachment: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Media type. */
            media_type: string;
            /** @description File name. */
            name: string;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description Where it is. */
            url: string;
        };
        /**
         * Format: binary
         * @description A file's bytes.
         */
        Bytes: string;
        /** @description The account that was made. */
        ClassicAccountMade: {
            email: string;
            username: string;
        };
        /** @description An account to be made. */
        ClassicAccountToMake: {
            email: string;
            password: components["schemas"]["Password"];
            /** @example alice */
            username: string;
        };
        /** @description Who comes in. */
        ClassicLogIn: {
            password: components["schemas"]["Password"];
            /** @example alice */
            username: string;
        };
        /** @description A message. */
        ClassicMessage: {
            archived: boolean;
            /** @description Names this one message. */
            conversation_id: string;
            conversation_subject: string;
            /** @description Empty, or a URL. */
            file: string;
            /** Format: int64 */
            id: number;
            /** @description Empty, or a URL. */
            image: string;
            message: string;
            msg_receiver_data: components["schemas"]["ClassicPerson"];
            msg_sender_data: components["schemas"]["ClassicPerson"];
            /** @description `YYYY-MM-DD`. */
            publish: string;
            timestamp: string;
            updated: string;
        };
        /** @description An account. */
        ClassicPerson: {
            email: string;
            first_name: string;
            /** Format: int64 */
            id: number;
            last_name: string;
            username: string;
        };
        /** @description What to show from now on, for seven days. */
        ClassicToken: {
            /** @description A JWT with the claims `user_id`, `username`, `exp`, `email`. */
            token: string;
        };
        /** @description A token, both ways. */
        ClassicTokenToVerify: {
            token: string;
        };
        /** @description That it is really its owner who asks. */
        Confirmation: {
            /** @description The present password. */
            password: components["schemas"]["Password"];
        };
        /** @description A conversation, as one of its members sees it. */
        Conversation: {
            /** @description Put away by its owner. */
            archived: boolean;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Between two (or with oneself), or of a group. */
            kind: components["schemas"]["ConversationKind"];
            last_message?: components["schemas"]["Message"] | null;
            /**
             * Format: date-time
             * @description When its owner left it, or was removed. Such a conversation is in no list; it is only pushed, so that clients drop it.
             */
            left_at?: string | null;
            /**
             * Format: int32
             * @description How many take part.
             */
            member_count: number;
            /**
             * @description Who takes part, in the order in which they came: of more than 50 the first 50, except where one conversation is asked
             *     for.
             */
            members: components["schemas"]["Member"][];
            /** @description Kept quiet by its owner. */
            muted: boolean;
            /** @description Of a named group. */
            title?: string | null;
            /**
             * Format: int32
             * @description How many messages in it its owner has not read.
             */
            unread: number;
            /**
             * Format: date-time
             * @description When something last happened in it.
             */
            updated_at: string;
        };
        /**
         * @description What sort of conversation.
         * @enum {string}
         */
        ConversationKind: "direct" | "group";
        /** @description A message to one person. */
        Create: {
            conversation_subject?: string;
            message: string;
            /** @description Another one's username. */
            msg_receiver: string;
            /** @description The caller's username. */
            msg_sender: string;
        };
        /** @description The message that was sent. */
        Created: {
            /** @description Names this one message. */
            conversation_id: string;
            image?: string | null;
            message: string;
            /** Format: int64 */
            msg_receiver: number;
            /** Format: int64 */
            msg_sender: number;
        };
        /** @description A webhook, and the secret that its deliveries are signed with. */
        CreatedWebhook: components["schemas"]["Webhook"] & {
            /**
             * @description `whsec_` and the key in base64, as the specification Standard Webhooks has it. Shown here only.
             * @example whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
             */
            secret: string;
        };
        /** @description It is gone. */
        Deleted: {
            success: string;
        };
        /** @description A draft. */
        Draft: {
            body: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description Every store that held something of an erased account. */
        ErasureReport: {
            /**
             * Format: uuid
             * @description The account that was erased.
             */
            account_id: string;
            /**
             * Format: date-time
             * @description When.
             */
            erased_at: string;
            stores: components["schemas"]["Store"][];
        };
        /** @description One wrong field. */
        FieldError: {
            /** @description A sentence that a person can act on. */
            detail: string;
            /** @description A JSON pointer into the request's body, such as `/to/0`. */
            pointer: string;
        };
        /** @description From where. */
        FromWhere: {
            /**
             * Format: int64
             * @description Deliver what lies behind this place in the log: the `position` of an event, or 0 for everything. By default it goes on
             *     where it stands.
             */
            after?: number | null;
        };
        /** @description An event that cannot be read. */
        Halted: {
            /**
             * Format: int64
             * @description Where it is in the log.
             */
            position: number;
            /** @description What is wrong with it. */
            reason: string;
        };
        /** @description Somebody who was refused. */
        Held: {
            limit: components["schemas"]["ThrottleLimit"];
            /**
             * Format: date-time
             * @description When last.
             */
            refused_at: string;
            /**
             * Format: int64
             * @description For how many seconds it goes on; 0 if they may ask again.
             */
            seconds_left: number;
            /**
             * Format: int64
             * @description How often, of late.
             */
            times: number;
            /**
             * @description The account's name, where it is an account.
             * @example alice
             */
            username?: string | null;
            /**
             * @description An address, an account's id, or the username that somebody tried to log in with: as
             *     `DELETE /api/v1/admin/throttles/{limit}/{who}` wants it.
             * @example 203.0.113.7
             */
            who: string;
        };
        /** @description Where the terms stand. */
        Highlights: {
            /** @description The same in `message.body`. */
            body: number[][];
            /**
             * @description Places in `message.subject`: `[start, end)` in UTF-16 code units, as JavaScript's `slice` takes them, in order, none
             *     overlapping; the first 100.
             */
            subject: number[][];
        };
        /** @description A message that was found, as its box shows it. */
        Hit: components["schemas"]["Item"] & {
            /** @description Where the terms stand. */
            highlights: components["schemas"]["Highlights"];
            /**
             * Format: int32
             * @description How well it matches, 1–6: whether the terms stand in the subject counts most (all, some, none), then whether all of
             *     them are words of their own. Higher is better and comes first; among equals the newer one does.
             */
            score: number;
            /** @description What a list may show of the body. */
            snippet: components["schemas"]["Snippet"];
        };
        /** @description Received messages, newest first. */
        Inbox: {
            items: components["schemas"]["InboxItem"][];
            next?: string | null;
            /**
             * Format: int64
             * @description Unread messages in the whole mailbox, whatever the filter.
             */
            unread: number;
        };
        /** @description A received message. */
        InboxItem: {
            /**
             * Format: date-time
             * @description When its owner deleted it.
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description When it reached one of its owner's devices.
             */
            delivered_at: string | null;
            /** @description The message. */
            message: components["schemas"]["Message"];
            /**
             * Format: date-time
             * @description When its owner read it.
             */
            read_at: string | null;
        };
        /** @description A message of either box. */
        Item: (components["schemas"]["InboxItem"] & {
            /** @enum {string} */
            box: "inbox";
        }) | (components["schemas"]["SentItem"] & {
            /** @enum {string} */
            box: "sent";
        });
        /** @description A public Ed25519 key (RFC 8037). */
        Jwk: {
            /**
             * @description Algorithm.
             * @example EdDSA
             */
            alg: string;
            /**
             * @description Curve.
             * @example Ed25519
             */
            crv: string;
            /** @description Its id, as tokens name it. */
            kid: string;
            /**
             * @description Key type.
             * @example OKP
             */
            kty: string;
            /**
             * @description What it is for.
             * @example sig
             */
            use: string;
            /** @description The key in base64url. */
            x: string;
        };
        /** @description The public halves of the keys (RFC 7517). */
        Jwks: {
            /** @description Those that are believed, the newest first. */
            keys: components["schemas"]["Jwk"][];
        };
        /** @description A partner, and the last message. */
        LastConversation: {
            delivered: boolean;
            email: string;
            first_name: string;
            /** Format: int64 */
            id: number;
            last_message: string;
            last_name: string;
            msg_receiver: string;
            msg_sender: string;
            read: boolean;
            timestamp: string;
            username: string;
        };
        /** @description The last messages. */
        LastConversations: {
            result: components["schemas"]["LastConversation"][];
            status: string;
        };
        /** @description A page of a list, newest first. */
        List_Conversation: {
            /** @description The items. */
            items: {
                /** @description Put away by its owner. */
                archived: boolean;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /** @description Between two (or with oneself), or of a group. */
                kind: components["schemas"]["ConversationKind"];
                last_message?: components["schemas"]["Message"] | null;
                /**
                 * Format: date-time
                 * @description When its owner left it, or was removed. Such a conversation is in no list; it is only pushed, so that clients drop it.
                 */
                left_at?: string | null;
                /**
                 * Format: int32
                 * @description How many take part.
                 */
                member_count: number;
                /**
                 * @description Who takes part, in the order in which they came: of more than 50 the first 50, except where one conversation is asked
                 *     for.
                 */
                members: components["schemas"]["Member"][];
                /** @description Kept quiet by its owner. */
                muted: boolean;
                /** @description Of a named group. */
                title?: string | null;
                /**
                 * Format: int32
                 * @description How many messages in it its owner has not read.
                 */
                unread: number;
                /**
                 * Format: date-time
                 * @description When something last happened in it.
                 */
                updated_at: string;
            }[];
            /** @description Where the next page begins; `null` on the last one. */
            next?: string | null;
        };
        /** @description A page of a list, newest first. */
        List_Hit: {
            /** @description The items. */
            items: (components["schemas"]["Item"] & {
                /** @description Where the terms stand. */
                highlights: components["schemas"]["Highlights"];
                /**
                 * Format: int32
                 * @description How well it matches, 1–6: whether the terms stand in the subject counts most (all, some, none), then whether all of
                 *     them are words of their own. Higher is better and comes first; among equals the newer one does.
                 */
                score: number;
                /** @description What a list may show of the body. */
                snippet: components["schemas"]["Snippet"];
            })[];
            /** @description Where the next page begins; `null` on the last one. */
            next?: string | null;
        };
        /** @description A page of a list, newest first. */
        List_Person: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Account id.
                 */
                id: string;
                /** @description Username. */
                username: string;
            }[];
            /** @description Where the next page begins; `null` on the last one. */
            next?: string | null;
        };
        /** @description A page of a list, newest first. */
        List_SentItem: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When its owner deleted it.
                 */
                deleted_at: string | null;
                /**
                 * Format: int32
                 * @description How many of them it reached.
                 */
                delivered_to: number;
                /** @description The message. */
                message: components["schemas"]["Message"];
                /**
                 * Format: int32
                 * @description How many of them read it.
                 */
                read_by: number;
                /**
                 * Format: int32
                 * @description To how many it was sent.
                 */
                recipients: number;
            }[];
            /** @description Where the next page begins; `null` on the last one. */
            next?: string | null;
        };
        /** @description Who comes in. */
        LogIn: {
            /** @description Set the tokens as cookies that no script can read, and leave them out of the answer. For the web client. */
            cookie?: boolean | null;
            /** @description What to call this log-in in the list of sessions. */
            device?: string | null;
            /** @description The password. */
            password: components["schemas"]["Password"];
            /**
             * @description In any case of letters.
             * @example alice
             */
            username: string;
        };
        /** @description A mailbox as it was. */
        MailboxAt: {
            account: components["schemas"]["Person"];
            /** @description Whether texts are shown. */
            bodies: boolean;
            /** @description What was received, newest first, deleted messages too. */
            inbox: components["schemas"]["InboxItem"][];
            /**
             * Format: int64
             * @description Every event up to here is in it, and none behind.
             */
            position: number;
            /**
             * Format: date-time
             * @description When that event was appended.
             */
            recorded_at?: string | null;
            /** @description What was sent, newest first, deleted messages too. */
            sent: components["schemas"]["SentItem"][];
            /** @description Neither read nor deleted. */
            unread: number;
            /** @description What could not be read, which is damage or a later version's: the mailbox is as it would be without it. */
            unreadable: components["schemas"]["Unreadable"][];
        };
        /** @description The caller's own account. */
        Me: {
            /** @description May be empty. Shown to nobody else here; the classic API shows it to every account. */
            email: string;
            /** @description May be empty. */
            first_name: string;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /** @description May be empty. */
            last_name: string;
            /** @description What it may do beyond writing messages: `auditor`, `admin`. */
            roles: string[];
            /**
             * @description Never changes.
             * @example alice
             */
            username: string;
        };
        /** @description Somebody in a conversation. */
        Member: {
            /**
             * Format: uuid
             * @description Account id.
             */
            id: string;
            /** @description What this member may do in it. */
            role?: components["schemas"]["Role"];
            /** @description Username. */
            username: string;
        };
        /** @description A message. `subject` and `body` are `null` once they are erased. */
        Message: {
            /** @description What comes with it. */
            attachments: components["schemas"]["Attachment"][];
            /** @description What it says. */
            body?: string | null;
            /**
             * Format: uuid
             * @description Its conversation.
             */
            conversation_id: string;
            /**
             * Format: date-time
             * @description When its text changed last.
             */
            edited_at?: string | null;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /**
             * Format: uuid
             * @description The message it answers.
             */
            reply_to?: string | null;
            /** @description Who wrote it. */
            sender: components["schemas"]["Person"];
            /**
             * Format: date-time
             * @description When it was stored.
             */
            sent_at: string;
            /** @description May be empty. */
            subject?: string | null;
            /**
             * Format: date-time
             * @description When its sender took it back.
             */
            unsent_at?: string | null;
        };
        /** @description A part of a conversation, newest first. */
        Messages: {
            items: components["schemas"]["Item"][];
            /** @description Where the older ones begin; `null` where there are none. */
            next?: string | null;
            /**
             * @description Where the newer ones begin. Only a page that was asked for `around` a message, or by such a cursor, leads on to them:
             *     `null` elsewhere, and where there are none.
             */
            previous?: string | null;
        };
        /** @description What is written so far. */
        NewDraft: {
            /** @description 1 to 20,000 characters. */
            body: string;
        };
        /** @description A group to be made. */
        NewGroup: {
            /** @description The usernames of everybody else. */
            members: string[];
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description A message to be sent. Exactly one of `to` and `conversation_id`. */
        NewMessage: {
            /** @description Own files that were uploaded and not sent yet. */
            attachments?: string[];
            /** @description 1 to 20,000 characters; with an attachment it may be empty. */
            body: string;
            /**
             * Format: uuid
             * @description A conversation of the caller's.
             */
            conversation_id?: string | null;
            /**
             * Format: uuid
             * @description A `UUIDv7` made by the client, so that it can send again without sending twice.
             */
            id?: string | null;
            /**
             * Format: uuid
             * @description The message it answers, in the same conversation.
             */
            reply_to?: string | null;
            /** @description Up to 255 characters. */
            subject?: string;
            /** @description Usernames. Oneself: a note. */
            to?: string[] | null;
        };
        /** @description The new text. */
        NewText: {
            /** @description 1 to 20,000 characters. */
            body: string;
        };
        /** @description What it is called from now on. */
        NewTitle: {
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description A webhook to be made. */
        NewWebhook: {
            /**
             * Format: int64
             * @description Deliver what lies behind this place in the log: the `position` of an event, or 0 for everything. By default what is yet
             *     to happen.
             */
            after?: number | null;
            /** @description What it is for. */
            description?: string | null;
            /** @description Which events, as `message.sent`. By default all of them. */
            types?: string[] | null;
            /**
             * @description Where deliveries go: https, and an address of the world's, unless the operator allows others.
             * @example https://example.com/events
             */
            url: string;
        };
        /** @description A password to come in with. */
        OneTimePassword: {
            /**
             * Format: password
             * @description Shown here only, to be handed on. Whoever gets it should change it once they are in.
             * @example k7mq-93vx-d2hw-8r5c
             */
            password: string;
        };
        /**
         * Format: password
         * @description A password as it was typed. Never shown, never serialized.
         */
        Password: string;
        /** @description The password there is, and the one to be. */
        PasswordChange: {
            /** @description The present one. */
            current: components["schemas"]["Password"];
            /** @description The next one; the rules of `POST /api/v1/accounts` hold. */
            new: components["schemas"]["Password"];
        };
        /** @description Somebody, by name. */
        Person: {
            /**
             * Format: uuid
             * @description Account id.
             */
            id: string;
            /** @description Username. */
            username: string;
        };
        /** @description Why a request was refused or failed (RFC 9457, `application/problem+json`). */
        Problem: {
            /** @description A sentence that a person can act on. */
            detail: string;
            /** @description One row per wrong field. */
            errors?: components["schemas"]["FieldError"][];
            /** @description What to quote to the operator; also in the header `X-Request-Id`. */
            request_id?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             * @example 422
             */
            status: number;
            /** @description What every problem of this kind has in common. */
            title: string;
            /**
             * @description Which kind of problem: a stable URI reference.
             * @example /problems/validation
             * @enum {string}
             */
            type: "/problems/bad-request" | "/problems/unauthorized" | "/problems/forbidden" | "/problems/not-found" | "/problems/method-not-allowed" | "/problems/not-acceptable" | "/problems/request-timeout" | "/problems/conflict" | "/problems/gone" | "/problems/precondition-failed" | "/problems/payload-too-large" | "/problems/uri-too-long" | "/problems/unsupported-media-type" | "/problems/range-not-satisfiable" | "/problems/validation" | "/problems/upgrade-required" | "/problems/too-many-requests" | "/problems/headers-too-large" | "/problems/internal" | "/problems/unavailable";
        };
        /** @description What is to be different. What is left out stays. */
        ProfileChange: {
            /** @description E-mail address; may be empty. */
            email?: string | null;
            /** @description First name; may be empty. */
            first_name?: string | null;
            /** @description Last name; may be empty. */
            last_name?: string | null;
        };
        /** @description How far it came with one recipient. */
        Reached: {
            /** Format: date-time */
            delivered_at?: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description When it was first written to an open stream.
             */
            pushed_at?: string | null;
            /** Format: date-time */
            read_at?: string | null;
            username?: string | null;
        };
        /** @description How each stage is that a message passes. */
        Readiness: {
            disk?: components["schemas"]["StageRoom"] | null;
            /** @description Postgres and NATS, where `tidings up` runs them. */
            engines: components["schemas"]["StageEngine"][];
            /** @description The wire. `position` is how far the log is published, where this process does that. */
            nats: components["schemas"]["StageDependency"];
            /** @description The log's database. */
            postgres: components["schemas"]["StageDependency"];
            projector?: components["schemas"]["StageProjector"] | null;
            sealer?: components["schemas"]["StageSealer"] | null;
            /** @description All of it in one word. */
            status: components["schemas"]["ReadinessStatus"];
            streams?: components["schemas"]["StageStreams"] | null;
            /** @description What runs in this process. */
            tasks: components["schemas"]["StageTask"][];
            webhooks?: components["schemas"]["StageWebhooks"] | null;
            /** @description Commands that wait to be appended here. */
            writer: components["schemas"]["StageWriter"];
        };
        /**
         * @description All of it in one word.
         * @enum {string}
         */
        ReadinessStatus: "ready" | "degraded" | "unavailable";
        /** @description What was given at the log-in, or at the last refresh. */
        Refresh: {
            /** @description May be left out when it is in the cookie. */
            refresh_token?: string | null;
        };
        /**
         * @description What a member may do.
         * @enum {string}
         */
        Role: "owner" | "member";
        /** @description A sent message, with how far it came. */
        SentItem: {
            /**
             * Format: date-time
             * @description When its owner deleted it.
             */
            deleted_at: string | null;
            /**
             * Format: int32
             * @description How many of them it reached.
             */
            delivered_to: number;
            /** @description The message. */
            message: components["schemas"]["Message"];
            /**
             * Format: int32
             * @description How many of them read it.
             */
            read_by: number;
            /**
             * Format: int32
             * @description To how many it was sent.
             */
            recipients: number;
        };
        /** @description A log-in on one device. */
        Session: {
            /**
             * Format: date-time
             * @description When it began.
             */
            created_at: string;
            /** @description It is the one that asks. */
            current: boolean;
            /** @description What it was called at the log-in. */
            device?: string | null;
            /**
             * Format: date-time
             * @description When it ends unless it is refreshed.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was refreshed last.
             */
            used_at: string;
        };
        /** @description The own sessions. */
        SessionPage: {
            items: components["schemas"]["Session"][];
            /** @description Always `null`: their number is limited. */
            next?: string | null;
        };
        /** @description The part of the body around the first place, or its beginning where the terms stand in the subject only. */
        Snippet: {
            /** @description Places in `text`, as in `highlights`. */
            highlights: number[][];
            /** @description At most 200 characters of the body, as they stand there. Text, never HTML. */
            text: string;
        };
        /** @description Something that the service stands on. */
        StageDependency: {
            /** @description It answers. */
            ok: boolean;
            /**
             * Format: int64
             * @description How far it has come in the log.
             */
            position?: number | null;
        };
        /** @description An engine that `tidings up` runs. */
        StageEngine: components["schemas"]["StageEngineState"] & {
            /**
             * @description Which.
             * @example postgres
             */
            name: string;
        };
        /** @description How an engine is. */
        StageEngineState: {
            /** @enum {string} */
            state: "starting";
        } | {
            /** @enum {string} */
            state: "ready";
        } | {
            /**
             * Format: int64
             * @description For so long, in seconds.
             */
            for_s: number;
            /**
             * Format: int32
             * @description How often it was started again.
             */
            restarts: number;
            /** @enum {string} */
            state: "down";
        };
        /** @description The read models. */
        StageProjector: {
            /**
             * Format: int64
             * @description How many of some conversations, picked by chance and counted again each minute, had another number of unread messages
             *     than is shown; where this process projects, and has counted.
             */
            drift?: number | null;
            halted?: components["schemas"]["Halted"] | null;
            /**
             * Format: int64
             * @description How many events they are behind.
             */
            lag: number;
            /**
             * Format: int64
             * @description How far they have come in the log.
             */
            position: number;
        };
        /** @description How much room there is, in bytes. */
        StageRoom: {
            /**
             * Format: int64
             * @description So much is free.
             */
            free: number;
            /**
             * Format: int64
             * @description So large is the disk.
             */
            size: number;
            /** @description Whether it is enough. */
            state: components["schemas"]["StageRoomState"];
        };
        /**
         * @description Whether there is room.
         * @enum {string}
         */
        StageRoomState: "ample" | "low" | "full";
        /** @description What signs the log. */
        StageSealer: {
            /**
             * Format: int64
             * @description How far it has come in the log.
             */
            position: number;
        };
        /** @description Push streams and sockets. */
        StageStreams: {
            /** @description How many are open. */
            open: number;
        };
        /** @description Something that runs all the time. */
        StageTask: {
            /** @description Why it had to be, last time. */
            failure?: string | null;
            /**
             * @description Which.
             * @example relay
             */
            name: string;
            /**
             * Format: int32
             * @description How often it had to be started again.
             */
            restarts: number;
            /** @description It runs, rather than waits to be started again. */
            running: boolean;
        };
        /** @description How many webhooks are in which state. */
        StageWebhooks: {
            /**
             * Format: int64
             * @description At work.
             */
            active: number;
            /**
             * Format: int64
             * @description Whose receiver fails.
             */
            failing: number;
            /**
             * Format: int64
             * @description How many events the last of those at work is behind.
             */
            lag: number;
            /**
             * Format: int64
             * @description That were given up.
             */
            paused: number;
        };
        /** @description The queue before the log. */
        StageWriter: {
            /** @description How many may; further ones are refused with 503. */
            most: number;
            /** @description How many commands wait. */
            waiting: number;
        };
        /**
         * @description How a webhook is.
         * @enum {string}
         */
        State: "active" | "failing" | "paused";
        /** @description What everything takes up, in bytes. */
        Storage: {
            /** @description Files that were sent, or are about to be. */
            attachments: components["schemas"]["StoredFiles"];
            /**
             * Format: int64
             * @description The whole database, indices and dead rows included, and what is not named below.
             */
            database: number;
            /**
             * Format: int64
             * @description Answers that a repeated request gets again, for seven days.
             */
            idempotency: number;
            /**
             * Format: int64
             * @description Passwords, sessions and signing keys.
             */
            identity: number;
            /**
             * Format: int64
             * @description The keys of what is sealed in them.
             */
            keys: number;
            /** @description The events. */
            log: components["schemas"]["StoredEvents"];
            /**
             * Format: int64
             * @description What can be made anew from the log; while it is, twice.
             */
            read_models: number;
            stream?: components["schemas"]["StreamSize"] | null;
            /**
             * Format: int64
             * @description The tree over them and its signed heads.
             */
            tree: number;
        };
        /** @description One of them. */
        Store: {
            /** @description What of the account was in it. */
            held: string;
            /** @description What is left in it, and until when. */
            left: string;
            /** @description Its name. */
            name: string;
        };
        /** @description The log. */
        StoredEvents: {
            /** Format: int64 */
            bytes: number;
            /**
             * Format: int64
             * @description How many events.
             */
            events: number;
        };
        /** @description What was uploaded. */
        StoredFiles: {
            /**
             * Format: int64
             * @description As it was uploaded, without the smaller pictures that are kept beside.
             */
            bytes: number;
            /**
             * Format: int64
             * @description How many files.
             */
            files: number;
        };
        /** @description What the stream holds. */
        StreamSize: {
            /**
             * Format: int64
             * @description On NATS's disk.
             */
            bytes: number;
            /**
             * Format: int64
             * @description How many events.
             */
            events: number;
        };
        /**
         * @description What there is a limit for.
         * @enum {string}
         */
        ThrottleLimit: "requests" | "commands" | "typing" | "searches" | "logins" | "registrations" | "guesses";
        /** @description Who is held back, and by what. */
        Throttles: {
            /** @description What is allowed. */
            limits: components["schemas"]["Allowance"][];
            /** @description Throttles are on. They are off for load tests. */
            on: boolean;
            /** @description Who was refused within the last ten minutes or has to wait, the latest first; of more than a thousand at once not all. */
            refused: components["schemas"]["Held"][];
        };
        /** @description Tokens to go on with. With cookies, the two tokens are in them and not here. */
        Tokens: {
            /** @description For the `Authorization` header. */
            access_token?: string | null;
            /** @description Whose they are. */
            account: components["schemas"]["Account"];
            /**
             * Format: int64
             * @description How long the access token is good for, in seconds.
             * @example 600
             */
            expires_in: number;
            /** @description For `POST /api/v1/sessions/refresh`, once. */
            refresh_token?: string | null;
        };
        /**
         * @description The way of a message. What is not known (yet, or any more) is `null`; `published_at`, `projected_at` and `pushed_at` are
         *     kept for seven days.
         */
        Trace: {
            /** Format: uuid */
            message_id: string;
            /**
             * Format: date-time
             * @description When mailboxes showed it.
             */
            projected_at?: string | null;
            /**
             * Format: date-time
             * @description When it was published on the wire.
             */
            published_at?: string | null;
            /** @description All recipients, for its sender and for auditors; else the caller alone. */
            recipients: components["schemas"]["Reached"][];
            /**
             * Format: date-time
             * @description When it was stored, and acknowledged.
             */
            stored_at: string;
        };
        /** @description An event that could not be read, or a message whose text could not. */
        Unreadable: {
            /**
             * Format: int64
             * @description Where it stands in the log.
             */
            position: number;
            /** @description What is wrong with it. */
            reason: string;
        };
        /** @description The form. */
        Upload: {
            /**
             * Format: binary
             * @description 1 byte to 25 MiB.
             */
            file: string;
        };
        /** @description An address that is told of what happens. */
        Webhook: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When an event was taken last.
             */
            delivered_at?: string | null;
            /** @description What it is for. */
            description?: string | null;
            /**
             * Format: date-time
             * @description Since when the next event is not taken.
             */
            failing_since?: string | null;
            /**
             * Format: uuid
             * @description `UUIDv7`.
             */
            id: string;
            /** @description Why not, last time. A sentence for people. */
            last_error?: string | null;
            /**
             * Format: int64
             * @description The place in the log up to which everything was delivered, or is not wanted.
             */
            position: number;
            /**
             * Format: date-time
             * @description When it is tried again.
             */
            retry_at?: string | null;
            /** @description How it is. */
            state: components["schemas"]["State"];
            /** @description Which events, as `message.sent`; `null`: all of them. */
            types?: string[] | null;
            /**
             * @description Where deliveries go.
             * @example https://example.com/events
             */
            url: string;
        };
        /** @description All webhooks. */
        WebhookPage: {
            items: components["schemas"]["Webhook"][];
            /** @description Always `null`: their number is limited. */
            next?: string | null;
        };
        /** @description What has arrived. */
        WhatArrived: {
            /** @description The token of a read: everything it showed. */
            up_to: string;
        };
        /** @description Which messages. */
        WhatIsUnread: {
            /** @description Received messages. */
            message_ids: string[];
        };
        /** @description Which messages: either some by their ids, or a conversation up to one of its messages. */
        WhatWasRead: {
            /**
             * Format: uuid
             * @description A conversation.
             */
            conversation_id?: string | null;
            /** @description Received messages. */
            message_ids?: string[] | null;
            /**
             * Format: uuid
             * @description The last message that was read in it.
             */
            up_to?: string | null;
        };
        /** @description Where the caller types. */
        WhereItTypes: {
            /**
             * Format: uuid
             * @description A conversation of the caller's.
             */
            conversation_id: string;
        };
    };
    responses: {
        /** @description Malformed: syntax, a type, a missing or unknown field or parameter, a bad cursor, or a token in the address */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It contradicts what is there, or somebody else changed this at the same time */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A page of an origin that may not use the service; or a role or rule refuses */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service made a mistake. Its operator finds the cause under the request id */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not there, or not the caller's to see */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What the client has already */
        NotModified: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The body is too large */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Come again after `Retry-After` */
        TooManyRequests: {
            headers: {
                /** @description Seconds */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No token, or one that is not or no longer good */
        Unauthorized: {
            headers: {
                /** @description The scheme to use */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something that it needs is away, or behind. Come again after `Retry-After` */
        Unavailable: {
            headers: {
                /** @description Seconds */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body has another media type than this call takes */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Well-formed, but a rule refuses it: `errors` names each wrong field. Or the Idempotency-Key was used for another body */
        Validation: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_accounts: {
        parameters: {
            query?: {
                /** @description The beginning of a username or of a word of the name, in any case. */
                query?: string;
                /** @description Where the page before ended. */
                cursor?: string;
                /** @description How many. */
                limit?: number;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By username. */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    create_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountToMake"];
            };
        };
        responses: {
            201: {
                headers: {
                    /** @description The place of this in the log. */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description Registration is closed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description The username is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_list_accounts: {
        parameters: {
            query?: {
                /**
                 * @description The beginning of a username, of a word of the name, or of the e-mail address, in any case.
                 * @example ali
                 */
                q?: string;
                /** @description Only those with this role. */
                role?: "auditor" | "bodies" | "admin";
                /** @description Only those that are disabled, or only the others. */
                disabled?: boolean;
                /** @description Where the page before ended. */
                cursor?: string;
                /** @description How many. */
                limit?: number;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By username */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminAccountPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_show_account: {
        parameters: {
            query?: never;
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminAccount"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such account, or no longer */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_disable_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is disabled; again: 204 */
            204: {
                headers: {
                    /** @description The place of this in the log */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The caller is no administrator, or it is the caller's own account */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something else was changed at the same time, as the caller's own role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_enable_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can log in; again: 204 */
            204: {
                headers: {
                    /** @description The place of this in the log */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something else was changed at the same time, as the caller's own role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The password that counts from now on */
            200: {
                headers: {
                    /** @description The place of this in the log */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimePassword"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The caller is no administrator, it is the caller's own account, or it is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something else was changed at the same time, as the caller's own role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_grant_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                role: "auditor" | "bodies" | "admin";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has the role; again: 204 */
            204: {
                headers: {
                    /** @description The place of this in the log */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The caller is no administrator, or the account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such account, or no such role */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something else was changed at the same time, as the caller's own role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_revoke_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                role: "auditor" | "bodies" | "admin";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does not have the role; again: 204 */
            204: {
                headers: {
                    /** @description The place of this in the log */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The caller is no administrator, or it is the caller's own `admin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such account, or no such role */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Something else was changed at the same time, as the caller's own role */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_show_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How each stage is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_show_storage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_list_throttles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is allowed, and who was refused lately */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Throttles"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    admin_lift_throttle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                limit: "requests" | "commands" | "typing" | "searches" | "logins" | "registrations" | "guesses";
                /**
                 * @description As the list of throttles has it
                 * @example 203.0.113.7
                 */
                who: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing holds them back; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such limit, or it cannot hold such a one back */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["Upload"];
            };
        };
        responses: {
            /** @description It is kept */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
            /** @description The form is broken, or has not exactly one part, `file` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            /** @description It has more than 25 MiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description This is not multipart/form-data */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is empty; it is a picture with too many pixels; or more than 250 MiB of the account's wait to be sent */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many uploads at once */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            /** @description The files' store is away, or not configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download: {
        parameters: {
            query?: {
                /** @description The smaller picture, at most 640 pixels wide and high, instead of the file. Only images have one. */
                preview?: boolean;
            };
            header?: {
                /** @description One range of bytes; several get the whole file */
                Range?: string | null;
                /** @description The ETag of the file that a part is missing of */
                "If-Range"?: string | null;
                /** @description The ETag of what the client has */
                "If-None-Match"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its bytes, with its own media type */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Bytes"];
                    "*/*": components["schemas"]["Bytes"];
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Bytes"];
                    "*/*": components["schemas"]["Bytes"];
                };
            };
            /** @description The client has it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such file, it is not the caller's, it was taken back, or has no preview */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The range is outside of the file */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description The files' store is away, or not configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_checkpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description Nothing was signed yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_checkpoints: {
        parameters: {
            query?: {
                /** @description Larger than this size. */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed notes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    audit_events: {
        parameters: {
            query?: {
                /** @description Events behind this position: the position of the last line that was read, to go on from there. */
                after?: number;
                /** @description Up to this position, and including it; without it, up to the log's head when the request came. */
                until?: number;
                /** @description Of this type alone, such as `message.sent`. */
                type?: string;
                /** @description How many at most; without it, all. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "application/cloudevents-batch+json": unknown[];
                };
            };
            /** @description A position or limit that is none */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed, and `bodies` for opened events */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    audit_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Public keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description Nothing was signed yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_mailbox: {
        parameters: {
            query?: {
                /** @description A position, or a time (RFC 3339) whose events are all seen; without it, now. */
                at?: string;
            };
            header?: never;
            path: {
                /** @description A username, or an account's id */
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailboxAt"];
                };
            };
            /** @description Not a position of the log, and no time */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Nobody is called so */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description The log is longer than can be gone through in 25 s */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_tile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which tile, such as `0/x001/234` or `entries/000.p/17` */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Hashes, or entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description The role `auditor` is needed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such tile */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    blocks: {
        parameters: {
            query?: {
                /** @description How many items. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Person"];
                };
            };
            304: components["responses"]["NotModified"];
            /** @description Bad cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    block: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are blocked; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Nobody is called so */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            /** @description Nobody blocks themselves */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    unblock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are not blocked; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Nobody is called so */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            /** @description Nobody blocks themselves */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    conversations: {
        parameters: {
            query?: {
                /** @description Those put away, instead of those in sight. */
                archived?: boolean;
                /** @description How many items. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Conversation"];
                };
            };
            304: components["responses"]["NotModified"];
            /** @description Bad cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    start_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            /** @description It is there */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description A field breaks a rule; an unknown member is `/members/0` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    rename_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTitle"];
            };
        };
        responses: {
            /** @description It is called so */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description Only an owner can */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such group */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is put away; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    unarchive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is back; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description There is none */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    keep_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDraft"];
            };
        };
        responses: {
            /** @description It is kept */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    drop_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is none; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    put_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                username: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AsWhat"];
            };
        };
        responses: {
            /** @description They are in it; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description Only an owner can */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such group, or nobody of this name */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description It would be without an owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description The group is full */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are out of it; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description Only an owner can remove others */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such group, or nobody of this name */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    conversation_messages: {
        parameters: {
            query?: {
                /** @description How many items. */
                limit?: number;
                /** @description `next` or `previous` of a page before. */
                cursor?: string;
                /** @description A message of the conversation: the page shows it in the middle of what was written before and after it. */
                around?: string;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Messages"];
                };
            };
            304: components["responses"]["NotModified"];
            /** @description Bad cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation, or no such message in it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    mute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is quiet; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    unmute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It may be heard; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description The same, for clients that cannot set headers */
                last_event_id?: string;
            };
            header?: {
                /** @description Resume behind this place: any token will do */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description This account has as many streams open as it may */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    inbox: {
        parameters: {
            query?: {
                /** @description Unread messages only. */
                unread?: boolean;
                /** @description Of one conversation only. */
                conversation_id?: string;
                /** @description How many items. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of it */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inbox"];
                };
            };
            304: components["responses"]["NotModified"];
            /** @description Bad cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    mark_delivered: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhatArrived"];
            };
        };
        responses: {
            /** @description Noted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description Not a token */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    mark_read: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhatWasRead"];
            };
        };
        responses: {
            /** @description They are read; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation, or no such message in it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description A message is not in the inbox */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    mark_unread: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhatIsUnread"];
            };
        };
        responses: {
            /** @description They are unread; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description A message is not in the inbox */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_received: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is out of this box; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message in this box */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    restore_received: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is back in this box; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message of this box */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_me: {
        parameters: {
            query?: never;
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The own account. */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    erase_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description It is erased. The report names every store, and what is left in it until when. */
            200: {
                headers: {
                    /** @description The place of this in the log. */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            /** @description It was erased before. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `password` is wrong. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    change_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProfileChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description The place of this in the log. */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A download. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description It is changed. */
            204: {
                headers: {
                    /** @description The place of this in the log. */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `current` is wrong, or a rule refuses `new`. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    send: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description It is stored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description The id is another account's message */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was sent before, and taken back since */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description A field breaks a rule; an unknown recipient is `/to/0` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    message: {
        parameters: {
            query?: never;
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    unsend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description It is somebody else's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    edit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewText"];
            };
        };
        responses: {
            /** @description The message as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description It is somebody else's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description It was taken back */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    trace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    search: {
        parameters: {
            query: {
                /**
                 * @description What to look for: 1–200 characters and at most 16 terms, among them a letter, a digit or a symbol. All terms have to
                 *     occur, in the subject or in the body, and they may be parts of words. What stands between quotation marks is one
                 *     term. Case, width, accents and ligatures make no difference. There are no wildcards: every character is itself.
                 * @example "good morning" harbour
                 */
                q: string;
                /** @description Written by the person of this username; it may be the caller's own. */
                from?: string;
                /** @description In the direct conversation with the person of this username. */
                with?: string;
                /** @description In this conversation. */
                conversation_id?: string;
                /** @description In this box only. */
                box?: "inbox" | "sent";
                /** @description Sent at this time or later. A `+` in it is written `%2B`. */
                since?: string;
                /** @description Sent before this time. */
                until?: string;
                /** @description How many items. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of what was found, the best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_Hit"];
                };
            };
            /** @description A missing or unknown parameter, a bad time or cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Too much or nothing to look for, or nobody of that name */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many searches by this account */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            /** @description It took too long, or too many searches are going on */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sent: {
        parameters: {
            query?: {
                /** @description How many items. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description Answer from read models at least this new; 503 when they are not in time */
                "Tidings-Token"?: string;
                /** @description The ETag of what the client has; 304 when it is the same */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of it */
            200: {
                headers: {
                    /** @description For `If-None-Match` */
                    ETag?: string;
                    /** @description The place in the log that this shows */
                    "Tidings-Token"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_SentItem"];
                };
            };
            304: components["responses"]["NotModified"];
            /** @description Bad cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_sent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is out of this box; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message in this box */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    restore_sent: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is back in this box; again: 204 */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such message of this box */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last used first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogIn"];
            };
        };
        responses: {
            /** @description Logged in. An account keeps a limited number of sessions: the oldest goes. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The username or the password is wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    end_current_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    refresh_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The next pair. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The session is over: log in again. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description One of the own sessions. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    typing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhereItTypes"];
            };
        };
        responses: {
            /** @description Whoever is connected is told. To be said again every few seconds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such conversation */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Validation"];
            /** @description It was said too often */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Deliveries begin */
            201: {
                headers: {
                    /** @description The webhook */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description There are as many as there may be */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description A field breaks a rule; `/url` if it leads where the service may not call */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, and its secret with it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such webhook, or no longer */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    replay_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters: the same request under it gets the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FromWhere"];
            };
        };
        responses: {
            /** @description It is active, and stands there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such webhook */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description The log does not go so far */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    ws: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open: send the first frame */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No WebSocket handshake */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A page of an origin that may not use the service */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
