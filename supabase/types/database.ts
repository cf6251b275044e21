// Generated from the schema by `make types`; change a migration instead.

export type Json = string | number | boolean | null | {
    [key: string]: Json | undefined;
} | Json[];
export type Database = {
    "public": {
        Tables: {
            "busy_times": {
                Row: {
                    "created_at": string;
                    "ends_at": string;
                    "id": string;
                    "source": Database["public"]["Enums"]["connection_provider"] | null;
                    "starts_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends_at": string;
                    "id"?: string;
                    "source"?: Database["public"]["Enums"]["connection_provider"] | null;
                    "starts_at": string;
                    "user_id"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "ends_at"?: string;
                    "id"?: string;
                    "source"?: Database["public"]["Enums"]["connection_provider"] | null;
                    "starts_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "busy_times_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "calendar_feeds": {
                Row: {
                    "created_at": string;
                    "id": string;
                    "last_read_at": string | null;
                    "plan_id": string | null;
                    "rotated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "id"?: string;
                    "last_read_at"?: string | null;
                    "plan_id"?: string | null;
                    "rotated_at"?: string;
                    "user_id"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "id"?: string;
                    "last_read_at"?: string | null;
                    "plan_id"?: string | null;
                    "rotated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "calendar_feeds_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "calendar_feeds_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "calendar_feeds_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "catch_ups": {
                Row: {
                    "created_at": string;
                    "decided_at": string | null;
                    "id": string;
                    "moves": NonNullable<Json>;
                    "plan_id": string;
                    "status": Database["public"]["Enums"]["catch_up_status"];
                    "summary": NonNullable<Json>;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "id"?: string;
                    "moves": NonNullable<Json>;
                    "plan_id": string;
                    "status"?: Database["public"]["Enums"]["catch_up_status"];
                    "summary": NonNullable<Json>;
                    "user_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "id"?: string;
                    "moves"?: NonNullable<Json>;
                    "plan_id"?: string;
                    "status"?: Database["public"]["Enums"]["catch_up_status"];
                    "summary"?: NonNullable<Json>;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "catch_ups_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "catch_ups_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "catch_ups_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "connections": {
                Row: {
                    "account_id": string;
                    "account_name": string;
                    "connected_at": string;
                    "created_at": string;
                    "error": Json | null;
                    "id": string;
                    "last_used_at": string | null;
                    "provider": Database["public"]["Enums"]["connection_provider"];
                    "scopes": (string)[];
                    "status": Database["public"]["Enums"]["connection_status"];
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "account_id": string;
                    "account_name"?: string;
                    "connected_at"?: string;
                    "created_at"?: string;
                    "error"?: Json | null;
                    "id"?: string;
                    "last_used_at"?: string | null;
                    "provider": Database["public"]["Enums"]["connection_provider"];
                    "scopes"?: (string)[];
                    "status"?: Database["public"]["Enums"]["connection_status"];
                    "updated_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "account_id"?: string;
                    "account_name"?: string;
                    "connected_at"?: string;
                    "created_at"?: string;
                    "error"?: Json | null;
                    "id"?: string;
                    "last_used_at"?: string | null;
                    "provider"?: Database["public"]["Enums"]["connection_provider"];
                    "scopes"?: (string)[];
                    "status"?: Database["public"]["Enums"]["connection_status"];
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "connections_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "days_off": {
                Row: {
                    "created_at": string;
                    "ends_on": string;
                    "id": string;
                    "starts_on": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends_on": string;
                    "id"?: string;
                    "starts_on": string;
                    "user_id"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "ends_on"?: string;
                    "id"?: string;
                    "starts_on"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "days_off_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "export_items": {
                Row: {
                    "etag": string | null;
                    "export_id": string;
                    "external_id": string | null;
                    "hash": string | null;
                    "id": string;
                    "key": string;
                    "since": string;
                    "state": Database["public"]["Enums"]["export_item_state"];
                };
                ComputedFields: never;
                Insert: {
                    "etag"?: string | null;
                    "export_id": string;
                    "external_id"?: string | null;
                    "hash"?: string | null;
                    "id"?: string;
                    "key": string;
                    "since"?: string;
                    "state": Database["public"]["Enums"]["export_item_state"];
                };
                Update: {
                    "etag"?: string | null;
                    "export_id"?: string;
                    "external_id"?: string | null;
                    "hash"?: string | null;
                    "id"?: string;
                    "key"?: string;
                    "since"?: string;
                    "state"?: Database["public"]["Enums"]["export_item_state"];
                };
                Relationships: [
                    {
                        foreignKeyName: "export_items_export_id_fkey";
                        columns: [
                            "export_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "exports";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "exports": {
                Row: {
                    "account_id": string;
                    "action": Database["public"]["Enums"]["export_action"];
                    "changed": Json | null;
                    "clean_up": boolean;
                    "confirmed": boolean;
                    "connection_id": string | null;
                    "container": Json | null;
                    "created_at": string;
                    "done": number;
                    "error": Json | null;
                    "finished_at": string | null;
                    "id": string;
                    "in_step": boolean;
                    "needs": string | null;
                    "options": NonNullable<Json>;
                    "plan_id": string | null;
                    "provider": Database["public"]["Enums"]["connection_provider"];
                    "requested_at": string;
                    "stamp": string | null;
                    "status": Database["public"]["Enums"]["export_status"];
                    "stays": NonNullable<Json>;
                    "taken": number;
                    "topic": string;
                    "total": number | null;
                    "turn": number;
                    "under_way": boolean;
                    "updated_at": string;
                    "url": string | null;
                    "user_id": string;
                    "wanted": number;
                };
                ComputedFields: never;
                Insert: {
                    "account_id": string;
                    "action"?: Database["public"]["Enums"]["export_action"];
                    "changed"?: Json | null;
                    "clean_up"?: boolean;
                    "confirmed"?: boolean;
                    "connection_id"?: string | null;
                    "container"?: Json | null;
                    "created_at"?: string;
                    "done"?: number;
                    "error"?: Json | null;
                    "finished_at"?: string | null;
                    "id"?: string;
                    "in_step"?: boolean;
                    "needs"?: string | null;
                    "options"?: NonNullable<Json>;
                    "plan_id"?: string | null;
                    "provider": Database["public"]["Enums"]["connection_provider"];
                    "requested_at"?: string;
                    "stamp"?: string | null;
                    "status"?: Database["public"]["Enums"]["export_status"];
                    "stays"?: NonNullable<Json>;
                    "taken"?: number;
                    "topic": string;
                    "total"?: number | null;
                    "turn"?: number;
                    "under_way"?: boolean;
                    "updated_at"?: string;
                    "url"?: string | null;
                    "user_id": string;
                    "wanted"?: number;
                };
                Update: {
                    "account_id"?: string;
                    "action"?: Database["public"]["Enums"]["export_action"];
                    "changed"?: Json | null;
                    "clean_up"?: boolean;
                    "confirmed"?: boolean;
                    "connection_id"?: string | null;
                    "container"?: Json | null;
                    "created_at"?: string;
                    "done"?: number;
                    "error"?: Json | null;
                    "finished_at"?: string | null;
                    "id"?: string;
                    "in_step"?: boolean;
                    "needs"?: string | null;
                    "options"?: NonNullable<Json>;
                    "plan_id"?: string | null;
                    "provider"?: Database["public"]["Enums"]["connection_provider"];
                    "requested_at"?: string;
                    "stamp"?: string | null;
                    "status"?: Database["public"]["Enums"]["export_status"];
                    "stays"?: NonNullable<Json>;
                    "taken"?: number;
                    "topic"?: string;
                    "total"?: number | null;
                    "turn"?: number;
                    "under_way"?: boolean;
                    "updated_at"?: string;
                    "url"?: string | null;
                    "user_id"?: string;
                    "wanted"?: number;
                };
                Relationships: [
                    {
                        foreignKeyName: "exports_connection_id_fkey";
                        columns: [
                            "connection_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "connections";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "exports_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "exports_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "exports_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "learning_plans": {
                Row: {
                    "created_at": string;
                    "deadline_date": string | null;
                    "id": string;
                    "language": string;
                    "learning_style": Database["public"]["Enums"]["learning_style"];
                    "origin": Database["public"]["Enums"]["plan_origin"];
                    "revision": number;
                    "skill_level": Database["public"]["Enums"]["skill_level"];
                    "start_date": string | null;
                    "topic": string;
                    "updated_at": string;
                    "user_id": string;
                    "visibility": Database["public"]["Enums"]["plan_visibility"];
                    "weekly_hours": number;
                    "progress": {
                        "completed_minutes": number | null;
                        "completed_tasks": number | null;
                        "completion": number | null;
                        "current_week": number | null;
                        "is_complete": boolean | null;
                        "plan_id": string;
                        "starts_on": string | null;
                        "total_minutes": number | null;
                        "total_tasks": number | null;
                        "total_weeks": number | null;
                    } | null;
                };
                ComputedFields: "progress";
                Insert: {
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "id"?: string;
                    "language"?: string;
                    "learning_style": Database["public"]["Enums"]["learning_style"];
                    "origin"?: Database["public"]["Enums"]["plan_origin"];
                    "revision"?: number;
                    "skill_level": Database["public"]["Enums"]["skill_level"];
                    "start_date"?: string | null;
                    "topic": string;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "visibility"?: Database["public"]["Enums"]["plan_visibility"];
                    "weekly_hours": number;
                };
                Update: {
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "id"?: string;
                    "language"?: string;
                    "learning_style"?: Database["public"]["Enums"]["learning_style"];
                    "origin"?: Database["public"]["Enums"]["plan_origin"];
                    "revision"?: number;
                    "skill_level"?: Database["public"]["Enums"]["skill_level"];
                    "start_date"?: string | null;
                    "topic"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "visibility"?: Database["public"]["Enums"]["plan_visibility"];
                    "weekly_hours"?: number;
                };
                Relationships: [
                    {
                        foreignKeyName: "learning_plans_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "mail_suppressions": {
                Row: {
                    "address": string;
                    "cause": string;
                    "created_at": string;
                    "id": string;
                    "notification_id": string | null;
                    "reason": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "address": string;
                    "cause": string;
                    "created_at"?: string;
                    "id"?: string;
                    "notification_id"?: string | null;
                    "reason"?: string | null;
                };
                Update: {
                    "address"?: string;
                    "cause"?: string;
                    "created_at"?: string;
                    "id"?: string;
                    "notification_id"?: string | null;
                    "reason"?: string | null;
                };
                Relationships: [
                ];
            };
            "modules": {
                Row: {
                    "created_at": string;
                    "description": string | null;
                    "estimated_minutes": number;
                    "id": string;
                    "order": number;
                    "plan_id": string;
                    "title": string;
                    "updated_at": string;
                    "progress": {
                        "completed_minutes": number | null;
                        "completed_tasks": number | null;
                        "completion": number | null;
                        "is_complete": boolean | null;
                        "module_id": string;
                        "plan_id": string;
                        "total_minutes": number | null;
                        "total_tasks": number | null;
                        "week": number;
                    } | null;
                };
                ComputedFields: "progress";
                Insert: {
                    "created_at"?: string;
                    "description"?: string | null;
                    "estimated_minutes": number;
                    "id"?: string;
                    "order": number;
                    "plan_id": string;
                    "title": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "description"?: string | null;
                    "estimated_minutes"?: number;
                    "id"?: string;
                    "order"?: number;
                    "plan_id"?: string;
                    "title"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "modules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "modules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    }
                ];
            };
            "notification_kinds": {
                Row: {
                    "description": string;
                    "email": boolean;
                    "in_app": boolean;
                    "kind": string;
                };
                ComputedFields: never;
                Insert: {
                    "description": string;
                    "email"?: boolean;
                    "in_app"?: boolean;
                    "kind": string;
                };
                Update: {
                    "description"?: string;
                    "email"?: boolean;
                    "in_app"?: boolean;
                    "kind"?: string;
                };
                Relationships: [
                ];
            };
            "notification_preferences": {
                Row: {
                    "channel": Database["public"]["Enums"]["notification_channel"];
                    "created_at": string;
                    "enabled": boolean;
                    "id": string;
                    "kind": string;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "channel": Database["public"]["Enums"]["notification_channel"];
                    "created_at"?: string;
                    "enabled": boolean;
                    "id"?: string;
                    "kind": string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Update: {
                    "channel"?: Database["public"]["Enums"]["notification_channel"];
                    "created_at"?: string;
                    "enabled"?: boolean;
                    "id"?: string;
                    "kind"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "notification_preferences_kind_fkey";
                        columns: [
                            "kind"
                        ];
                        isOneToOne: false;
                        referencedRelation: "notification_kinds";
                        referencedColumns: [
                            "kind"
                        ];
                    },
                    {
                        foreignKeyName: "notification_preferences_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "notifications": {
                Row: {
                    "asked_at": string | null;
                    "batch_id": string | null;
                    "body_html": string | null;
                    "body_text": string | null;
                    "bounced_at": string | null;
                    "carried_by": string | null;
                    "channel": Database["public"]["Enums"]["notification_channel"];
                    "complained_at": string | null;
                    "context": NonNullable<Json>;
                    "created_at": string;
                    "dedupe_key": string;
                    "delivered_at": string | null;
                    "due_at": string | null;
                    "id": string;
                    "kind": string;
                    "opened_at": string | null;
                    "position": number | null;
                    "provider_id": string | null;
                    "read_at": string | null;
                    "reason": string | null;
                    "recipient": string | null;
                    "sent_at": string | null;
                    "status": Database["public"]["Enums"]["notification_status"];
                    "subject": string | null;
                    "unsubscribe_url": string | null;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "asked_at"?: string | null;
                    "batch_id"?: string | null;
                    "body_html"?: string | null;
                    "body_text"?: string | null;
                    "bounced_at"?: string | null;
                    "carried_by"?: string | null;
                    "channel": Database["public"]["Enums"]["notification_channel"];
                    "complained_at"?: string | null;
                    "context"?: NonNullable<Json>;
                    "created_at"?: string;
                    "dedupe_key": string;
                    "delivered_at"?: string | null;
                    "due_at"?: string | null;
                    "id"?: string;
                    "kind": string;
                    "opened_at"?: string | null;
                    "position"?: number | null;
                    "provider_id"?: string | null;
                    "read_at"?: string | null;
                    "reason"?: string | null;
                    "recipient"?: string | null;
                    "sent_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["notification_status"];
                    "subject"?: string | null;
                    "unsubscribe_url"?: string | null;
                    "updated_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "asked_at"?: string | null;
                    "batch_id"?: string | null;
                    "body_html"?: string | null;
                    "body_text"?: string | null;
                    "bounced_at"?: string | null;
                    "carried_by"?: string | null;
                    "channel"?: Database["public"]["Enums"]["notification_channel"];
                    "complained_at"?: string | null;
                    "context"?: NonNullable<Json>;
                    "created_at"?: string;
                    "dedupe_key"?: string;
                    "delivered_at"?: string | null;
                    "due_at"?: string | null;
                    "id"?: string;
                    "kind"?: string;
                    "opened_at"?: string | null;
                    "position"?: number | null;
                    "provider_id"?: string | null;
                    "read_at"?: string | null;
                    "reason"?: string | null;
                    "recipient"?: string | null;
                    "sent_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["notification_status"];
                    "subject"?: string | null;
                    "unsubscribe_url"?: string | null;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "notifications_carried_by_fkey";
                        columns: [
                            "carried_by"
                        ];
                        isOneToOne: false;
                        referencedRelation: "notifications";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "notifications_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "plan_followers": {
                Row: {
                    "created_at": string;
                    "deadline_date": string | null;
                    "id": string;
                    "plan_id": string;
                    "start_date": string | null;
                    "user_id": string;
                    "weekly_hours": number | null;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "id"?: string;
                    "plan_id": string;
                    "start_date"?: string | null;
                    "user_id"?: string;
                    "weekly_hours"?: number | null;
                };
                Update: {
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "id"?: string;
                    "plan_id"?: string;
                    "start_date"?: string | null;
                    "user_id"?: string;
                    "weekly_hours"?: number | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "plan_followers_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_followers_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_followers_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "plan_generations": {
                Row: {
                    "cost_usd": number | null;
                    "created_at": string;
                    "draft": Json | null;
                    "error": Json | null;
                    "figures": Json | null;
                    "finished_at": string | null;
                    "id": string;
                    "input_tokens": number | null;
                    "kind": Database["public"]["Enums"]["generation_kind"];
                    "model": string;
                    "model_called_at": string | null;
                    "module_id": string | null;
                    "output_summary": Json | null;
                    "output_tokens": number | null;
                    "parameters": Json | null;
                    "plan_id": string;
                    "progress": number;
                    "prompt": NonNullable<Json>;
                    "prompt_version": string | null;
                    "scope": Database["public"]["Enums"]["generation_scope"] | null;
                    "started_at": string | null;
                    "status": Database["public"]["Enums"]["generation_status"];
                };
                ComputedFields: never;
                Insert: {
                    "cost_usd"?: number | null;
                    "created_at"?: string;
                    "draft"?: Json | null;
                    "error"?: Json | null;
                    "figures"?: Json | null;
                    "finished_at"?: string | null;
                    "id"?: string;
                    "input_tokens"?: number | null;
                    "kind"?: Database["public"]["Enums"]["generation_kind"];
                    "model": string;
                    "model_called_at"?: string | null;
                    "module_id"?: string | null;
                    "output_summary"?: Json | null;
                    "output_tokens"?: number | null;
                    "parameters"?: Json | null;
                    "plan_id": string;
                    "progress"?: number;
                    "prompt": NonNullable<Json>;
                    "prompt_version"?: string | null;
                    "scope"?: Database["public"]["Enums"]["generation_scope"] | null;
                    "started_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["generation_status"];
                };
                Update: {
                    "cost_usd"?: number | null;
                    "created_at"?: string;
                    "draft"?: Json | null;
                    "error"?: Json | null;
                    "figures"?: Json | null;
                    "finished_at"?: string | null;
                    "id"?: string;
                    "input_tokens"?: number | null;
                    "kind"?: Database["public"]["Enums"]["generation_kind"];
                    "model"?: string;
                    "model_called_at"?: string | null;
                    "module_id"?: string | null;
                    "output_summary"?: Json | null;
                    "output_tokens"?: number | null;
                    "parameters"?: Json | null;
                    "plan_id"?: string;
                    "progress"?: number;
                    "prompt"?: NonNullable<Json>;
                    "prompt_version"?: string | null;
                    "scope"?: Database["public"]["Enums"]["generation_scope"] | null;
                    "started_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["generation_status"];
                };
                Relationships: [
                    {
                        foreignKeyName: "plan_generations_module_id_fkey";
                        columns: [
                            "module_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "module_progress";
                        referencedColumns: [
                            "module_id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_generations_module_id_fkey";
                        columns: [
                            "module_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "modules";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_generations_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_generations_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    }
                ];
            };
            "plan_notes": {
                Row: {
                    "created_at": string;
                    "notes": string;
                    "plan_id": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "notes": string;
                    "plan_id": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "notes"?: string;
                    "plan_id"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "plan_notes_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_notes_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    }
                ];
            };
            "plan_proposals": {
                Row: {
                    "accepted_revision": number | null;
                    "base_revision": number;
                    "changes": NonNullable<Json>;
                    "created_at": string;
                    "decided_at": string | null;
                    "generation_id": string;
                    "id": string;
                    "plan_id": string;
                    "status": Database["public"]["Enums"]["proposal_status"];
                    "summary": NonNullable<Json>;
                    "target": NonNullable<Json>;
                };
                ComputedFields: never;
                Insert: {
                    "accepted_revision"?: number | null;
                    "base_revision": number;
                    "changes": NonNullable<Json>;
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "generation_id": string;
                    "id"?: string;
                    "plan_id": string;
                    "status"?: Database["public"]["Enums"]["proposal_status"];
                    "summary": NonNullable<Json>;
                    "target": NonNullable<Json>;
                };
                Update: {
                    "accepted_revision"?: number | null;
                    "base_revision"?: number;
                    "changes"?: NonNullable<Json>;
                    "created_at"?: string;
                    "decided_at"?: string | null;
                    "generation_id"?: string;
                    "id"?: string;
                    "plan_id"?: string;
                    "status"?: Database["public"]["Enums"]["proposal_status"];
                    "summary"?: NonNullable<Json>;
                    "target"?: NonNullable<Json>;
                };
                Relationships: [
                    {
                        foreignKeyName: "plan_proposals_generation_id_fkey";
                        columns: [
                            "generation_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "plan_generations";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_proposals_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_proposals_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    }
                ];
            };
            "plan_schedules": {
                Row: {
                    "available_minutes": number | null;
                    "choices": NonNullable<Json>;
                    "computed_at": string | null;
                    "created_at": string;
                    "deadline_date": string | null;
                    "ends_on": string | null;
                    "error": Json | null;
                    "fits": boolean | null;
                    "id": string;
                    "look_at": string;
                    "made": number;
                    "needed_minutes": number | null;
                    "pace": number | null;
                    "plan_id": string;
                    "status": Database["public"]["Enums"]["schedule_status"];
                    "unplaced": NonNullable<Json>;
                    "updated_at": string;
                    "user_id": string;
                    "wanted": number;
                };
                ComputedFields: never;
                Insert: {
                    "available_minutes"?: number | null;
                    "choices"?: NonNullable<Json>;
                    "computed_at"?: string | null;
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "ends_on"?: string | null;
                    "error"?: Json | null;
                    "fits"?: boolean | null;
                    "id"?: string;
                    "look_at"?: string;
                    "made"?: number;
                    "needed_minutes"?: number | null;
                    "pace"?: number | null;
                    "plan_id": string;
                    "status"?: Database["public"]["Enums"]["schedule_status"];
                    "unplaced"?: NonNullable<Json>;
                    "updated_at"?: string;
                    "user_id": string;
                    "wanted"?: number;
                };
                Update: {
                    "available_minutes"?: number | null;
                    "choices"?: NonNullable<Json>;
                    "computed_at"?: string | null;
                    "created_at"?: string;
                    "deadline_date"?: string | null;
                    "ends_on"?: string | null;
                    "error"?: Json | null;
                    "fits"?: boolean | null;
                    "id"?: string;
                    "look_at"?: string;
                    "made"?: number;
                    "needed_minutes"?: number | null;
                    "pace"?: number | null;
                    "plan_id"?: string;
                    "status"?: Database["public"]["Enums"]["schedule_status"];
                    "unplaced"?: NonNullable<Json>;
                    "updated_at"?: string;
                    "user_id"?: string;
                    "wanted"?: number;
                };
                Relationships: [
                    {
                        foreignKeyName: "plan_schedules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_schedules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "plan_schedules_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "resources": {
                Row: {
                    "author": string | null;
                    "checked_at": string | null;
                    "cost_cents": number | null;
                    "created_at": string;
                    "currency": string | null;
                    "dead_at": string | null;
                    "domain": string | null;
                    "duration_minutes": number | null;
                    "failures": number;
                    "http_status": number | null;
                    "id": string;
                    "tags": (string)[];
                    "title": string;
                    "tried_at": string | null;
                    "type": Database["public"]["Enums"]["resource_type"];
                    "url": string;
                };
                ComputedFields: never;
                Insert: {
                    "author"?: string | null;
                    "checked_at"?: string | null;
                    "cost_cents"?: number | null;
                    "created_at"?: string;
                    "currency"?: string | null;
                    "dead_at"?: string | null;
                    "domain"?: never;
                    "duration_minutes"?: number | null;
                    "failures"?: number;
                    "http_status"?: number | null;
                    "id"?: string;
                    "tags"?: (string)[];
                    "title": string;
                    "tried_at"?: string | null;
                    "type": Database["public"]["Enums"]["resource_type"];
                    "url": string;
                };
                Update: {
                    "author"?: string | null;
                    "checked_at"?: string | null;
                    "cost_cents"?: number | null;
                    "created_at"?: string;
                    "currency"?: string | null;
                    "dead_at"?: string | null;
                    "domain"?: never;
                    "duration_minutes"?: number | null;
                    "failures"?: number;
                    "http_status"?: number | null;
                    "id"?: string;
                    "tags"?: (string)[];
                    "title"?: string;
                    "tried_at"?: string | null;
                    "type"?: Database["public"]["Enums"]["resource_type"];
                    "url"?: string;
                };
                Relationships: [
                ];
            };
            "sessions": {
                Row: {
                    "created_at": string;
                    "ends_at": string;
                    "id": string;
                    "local_date": string;
                    "part": number;
                    "pinned_at": string | null;
                    "plan_id": string;
                    "sequence": number;
                    "starts_at": string;
                    "task_id": string;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends_at": string;
                    "id"?: string;
                    "local_date": string;
                    "part": number;
                    "pinned_at"?: string | null;
                    "plan_id": string;
                    "sequence"?: number;
                    "starts_at": string;
                    "task_id": string;
                    "updated_at"?: string;
                    "user_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "ends_at"?: string;
                    "id"?: string;
                    "local_date"?: string;
                    "part"?: number;
                    "pinned_at"?: string | null;
                    "plan_id"?: string;
                    "sequence"?: number;
                    "starts_at"?: string;
                    "task_id"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "sessions_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "sessions_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    },
                    {
                        foreignKeyName: "sessions_task_id_fkey";
                        columns: [
                            "task_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "tasks";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "sessions_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "study_preferences": {
                Row: {
                    "catch_up": Database["public"]["Enums"]["catch_up_mode"];
                    "created_at": string;
                    "daily_ceiling_minutes": number | null;
                    "longest_session_minutes": number;
                    "reminder_lead_minutes": number | null;
                    "shortest_session_minutes": number;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "catch_up"?: Database["public"]["Enums"]["catch_up_mode"];
                    "created_at"?: string;
                    "daily_ceiling_minutes"?: number | null;
                    "longest_session_minutes"?: number;
                    "reminder_lead_minutes"?: number | null;
                    "shortest_session_minutes"?: number;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Update: {
                    "catch_up"?: Database["public"]["Enums"]["catch_up_mode"];
                    "created_at"?: string;
                    "daily_ceiling_minutes"?: number | null;
                    "longest_session_minutes"?: number;
                    "reminder_lead_minutes"?: number | null;
                    "shortest_session_minutes"?: number;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "study_preferences_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "study_windows": {
                Row: {
                    "created_at": string;
                    "ends": string;
                    "id": string;
                    "starts": string;
                    "user_id": string;
                    "weekday": number;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "ends": string;
                    "id"?: string;
                    "starts": string;
                    "user_id"?: string;
                    "weekday": number;
                };
                Update: {
                    "created_at"?: string;
                    "ends"?: string;
                    "id"?: string;
                    "starts"?: string;
                    "user_id"?: string;
                    "weekday"?: number;
                };
                Relationships: [
                    {
                        foreignKeyName: "study_windows_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "summary_times": {
                Row: {
                    "hour_id": string | null;
                    "time_of_day": string;
                    "time_zone": string;
                    "user_id": string;
                    "weekday": number;
                };
                ComputedFields: never;
                Insert: {
                    "hour_id"?: string | null;
                    "time_of_day"?: string;
                    "time_zone": string;
                    "user_id": string;
                    "weekday"?: number;
                };
                Update: {
                    "hour_id"?: string | null;
                    "time_of_day"?: string;
                    "time_zone"?: string;
                    "user_id"?: string;
                    "weekday"?: number;
                };
                Relationships: [
                    {
                        foreignKeyName: "summary_times_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: true;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "task_links": {
                Row: {
                    "checked_at": string | null;
                    "created_at": string;
                    "dead_at": string | null;
                    "http_status": number | null;
                    "id": string;
                    "order": number;
                    "task_id": string;
                    "title": string;
                    "tried_at": string | null;
                    "type": Database["public"]["Enums"]["resource_type"];
                    "url": string;
                };
                ComputedFields: never;
                Insert: {
                    "checked_at"?: string | null;
                    "created_at"?: string;
                    "dead_at"?: string | null;
                    "http_status"?: number | null;
                    "id"?: string;
                    "order": number;
                    "task_id": string;
                    "title": string;
                    "tried_at"?: string | null;
                    "type"?: Database["public"]["Enums"]["resource_type"];
                    "url": string;
                };
                Update: {
                    "checked_at"?: string | null;
                    "created_at"?: string;
                    "dead_at"?: string | null;
                    "http_status"?: number | null;
                    "id"?: string;
                    "order"?: number;
                    "task_id"?: string;
                    "title"?: string;
                    "tried_at"?: string | null;
                    "type"?: Database["public"]["Enums"]["resource_type"];
                    "url"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "task_links_task_id_fkey";
                        columns: [
                            "task_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "tasks";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "task_progress": {
                Row: {
                    "actual_minutes": number | null;
                    "completed_at": string | null;
                    "created_at": string;
                    "id": string;
                    "set_aside_at": string | null;
                    "status": Database["public"]["Enums"]["progress_status"];
                    "task_id": string;
                    "updated_at": string;
                    "user_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "actual_minutes"?: number | null;
                    "completed_at"?: string | null;
                    "created_at"?: string;
                    "id"?: string;
                    "set_aside_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["progress_status"];
                    "task_id": string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Update: {
                    "actual_minutes"?: number | null;
                    "completed_at"?: string | null;
                    "created_at"?: string;
                    "id"?: string;
                    "set_aside_at"?: string | null;
                    "status"?: Database["public"]["Enums"]["progress_status"];
                    "task_id"?: string;
                    "updated_at"?: string;
                    "user_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "task_progress_task_id_fkey";
                        columns: [
                            "task_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "tasks";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "task_progress_user_id_fkey";
                        columns: [
                            "user_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "users";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "task_resources": {
                Row: {
                    "created_at": string;
                    "id": string;
                    "notes": string | null;
                    "order": number;
                    "resource_id": string;
                    "task_id": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "id"?: string;
                    "notes"?: string | null;
                    "order": number;
                    "resource_id": string;
                    "task_id": string;
                };
                Update: {
                    "created_at"?: string;
                    "id"?: string;
                    "notes"?: string | null;
                    "order"?: number;
                    "resource_id"?: string;
                    "task_id"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "task_resources_resource_id_fkey";
                        columns: [
                            "resource_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "resources";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "task_resources_task_id_fkey";
                        columns: [
                            "task_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "tasks";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "tasks": {
                Row: {
                    "created_at": string;
                    "day": number | null;
                    "description": string | null;
                    "edited_at": string | null;
                    "estimated_minutes": number;
                    "id": string;
                    "module_id": string;
                    "order": number;
                    "pinned_at": string | null;
                    "title": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "created_at"?: string;
                    "day"?: number | null;
                    "description"?: string | null;
                    "edited_at"?: string | null;
                    "estimated_minutes": number;
                    "id"?: string;
                    "module_id": string;
                    "order": number;
                    "pinned_at"?: string | null;
                    "title": string;
                    "updated_at"?: string;
                };
                Update: {
                    "created_at"?: string;
                    "day"?: number | null;
                    "description"?: string | null;
                    "edited_at"?: string | null;
                    "estimated_minutes"?: number;
                    "id"?: string;
                    "module_id"?: string;
                    "order"?: number;
                    "pinned_at"?: string | null;
                    "title"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "tasks_module_id_fkey";
                        columns: [
                            "module_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "module_progress";
                        referencedColumns: [
                            "module_id"
                        ];
                    },
                    {
                        foreignKeyName: "tasks_module_id_fkey";
                        columns: [
                            "module_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "modules";
                        referencedColumns: [
                            "id"
                        ];
                    }
                ];
            };
            "tier_limits": {
                Row: {
                    "max_generations_in_flight": number;
                    "max_generations_per_month": number;
                    "max_plans": number;
                    "tier": string;
                };
                ComputedFields: never;
                Insert: {
                    "max_generations_in_flight": number;
                    "max_generations_per_month": number;
                    "max_plans": number;
                    "tier": string;
                };
                Update: {
                    "max_generations_in_flight"?: number;
                    "max_generations_per_month"?: number;
                    "max_plans"?: number;
                    "tier"?: string;
                };
                Relationships: [
                ];
            };
            "users": {
                Row: {
                    "auth_user_id": string | null;
                    "clerk_user_id": string | null;
                    "closing_at": string | null;
                    "created_at": string;
                    "email": string | null;
                    "id": string;
                    "is_anonymous": boolean;
                    "locale": string;
                    "name": string | null;
                    "subscription_tier": Database["public"]["Enums"]["subscription_tier"] | null;
                    "time_zone": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "auth_user_id"?: string | null;
                    "clerk_user_id"?: string | null;
                    "closing_at"?: string | null;
                    "created_at"?: string;
                    "email"?: string | null;
                    "id"?: string;
                    "is_anonymous"?: boolean;
                    "locale"?: string;
                    "name"?: string | null;
                    "subscription_tier"?: Database["public"]["Enums"]["subscription_tier"] | null;
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Update: {
                    "auth_user_id"?: string | null;
                    "clerk_user_id"?: string | null;
                    "closing_at"?: string | null;
                    "created_at"?: string;
                    "email"?: string | null;
                    "id"?: string;
                    "is_anonymous"?: boolean;
                    "locale"?: string;
                    "name"?: string | null;
                    "subscription_tier"?: Database["public"]["Enums"]["subscription_tier"] | null;
                    "time_zone"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "webhook_events": {
                Row: {
                    "error": Json | null;
                    "external_id": string;
                    "handled_at": string | null;
                    "id": string;
                    "payload": NonNullable<Json>;
                    "received_at": string;
                    "source": string;
                    "type": string;
                };
                ComputedFields: never;
                Insert: {
                    "error"?: Json | null;
                    "external_id": string;
                    "handled_at"?: string | null;
                    "id"?: string;
                    "payload": NonNullable<Json>;
                    "received_at"?: string;
                    "source": string;
                    "type": string;
                };
                Update: {
                    "error"?: Json | null;
                    "external_id"?: string;
                    "handled_at"?: string | null;
                    "id"?: string;
                    "payload"?: NonNullable<Json>;
                    "received_at"?: string;
                    "source"?: string;
                    "type"?: string;
                };
                Relationships: [
                ];
            };
        };
        Views: {
            "module_progress": {
                Row: {
                    "completed_minutes": number | null;
                    "completed_tasks": number | null;
                    "completion": number | null;
                    "is_complete": boolean | null;
                    "module_id": string;
                    "plan_id": string;
                    "total_minutes": number | null;
                    "total_tasks": number | null;
                    "week": number;
                };
                ComputedFields: never;
                Relationships: [
                    {
                        foreignKeyName: "modules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "learning_plans";
                        referencedColumns: [
                            "id"
                        ];
                    },
                    {
                        foreignKeyName: "modules_plan_id_fkey";
                        columns: [
                            "plan_id"
                        ];
                        isOneToOne: false;
                        referencedRelation: "plan_progress";
                        referencedColumns: [
                            "plan_id"
                        ];
                    }
                ];
            };
            "plan_progress": {
                Row: {
                    "completed_minutes": number | null;
                    "completed_tasks": number | null;
                    "completion": number | null;
                    "current_week": number | null;
                    "is_complete": boolean | null;
                    "plan_id": string;
                    "starts_on": string | null;
                    "total_minutes": number | null;
                    "total_tasks": number | null;
                    "total_weeks": number | null;
                };
                ComputedFields: never;
                Relationships: [
                ];
            };
        };
        Functions: {
            "accept_catch_up": {
                Args: {
                    "catch_up_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["catch_up_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "catch_up_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "accept_proposal": {
                Args: {
                    "proposal_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["proposal_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "proposal_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "cancel_export": {
                Args: {
                    "export_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["export_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "export_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "cancel_generation": {
                Args: {
                    "generation_id": string;
                };
                Returns: Database["public"]["Enums"]["generation_status"];
            };
            "catch_up": {
                Args: {
                    "plan_id": string;
                };
                Returns: undefined;
            };
            "choose_feasibility": {
                Args: {
                    "choice": string;
                    "plan_id": string;
                };
                Returns: Json;
            };
            "confirm_export": {
                Args: {
                    "export_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["export_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "export_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "create_feed": {
                Args: {
                    "plan_id"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["feed_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "feed_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "create_plan": {
                Args: {
                    "deadline_date"?: string;
                    "language"?: string;
                    "learning_style"?: string;
                    "notes"?: string;
                    "request_key"?: string;
                    "skill_level"?: string;
                    "start_date"?: string;
                    "topic"?: string;
                    "visibility"?: string;
                    "weekly_hours"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["plan_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "plan_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "dashboard": {
                Args: {
                    "at"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["dashboard_plan"][];
                SetofOptions: {
                    from: "*";
                    to: "dashboard_plan";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "delete_account": {
                Args: Record<PropertyKey, never>;
                Returns: undefined;
            };
            "disconnect": {
                Args: {
                    "provider": string;
                };
                Returns: Database["public"]["Enums"]["connection_status"];
            };
            "due_tasks": {
                Args: {
                    "at"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["due_task"][];
                SetofOptions: {
                    from: "*";
                    to: "due_task";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "my_availability": {
                Args: {
                    "at"?: string;
                };
                Returns: Json;
            };
            "my_usage": {
                Args: {
                    "at"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["usage"];
                SetofOptions: {
                    from: "*";
                    to: "usage";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "next_summary": {
                Args: Record<PropertyKey, never>;
                Returns: string;
            };
            "plan_export": {
                Args: {
                    "plan_id": string;
                };
                Returns: Json;
            };
            "plan_impact": {
                Args: {
                    "plan_id": string;
                };
                Returns: Json;
            };
            "plan_roadmap": {
                Args: {
                    "plan_id": string;
                };
                Returns: Json;
            };
            "progress": {
                Args: {
                    "": Database["public"]["Tables"]["learning_plans"]["Row"];
                };
                Returns: {
                    error: true;
                } & "the function public.progress with parameter or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache";
                SetofOptions: {
                    from: "learning_plans";
                    to: "plan_progress";
                    isOneToOne: true;
                    isSetofReturn: true;
                };
            } | {
                Args: {
                    "": Database["public"]["Tables"]["modules"]["Row"];
                };
                Returns: {
                    error: true;
                } & "the function public.progress with parameter or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache";
                SetofOptions: {
                    from: "modules";
                    to: "module_progress";
                    isOneToOne: true;
                    isSetofReturn: true;
                };
            };
            "regenerate_module": {
                Args: {
                    "module_id": string;
                    "request_key"?: string;
                    "wish"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["plan_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "plan_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "regenerate_plan": {
                Args: {
                    "plan_id": string;
                    "request_key"?: string;
                    "scope"?: string;
                    "wish"?: string;
                };
                Returns: Database["public"]["CompositeTypes"]["plan_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "plan_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "reject_catch_up": {
                Args: {
                    "catch_up_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["catch_up_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "catch_up_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "reject_proposal": {
                Args: {
                    "proposal_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["proposal_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "proposal_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "remove_export": {
                Args: {
                    "export_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["export_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "export_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "reorder_modules": {
                Args: {
                    "module_ids": (string)[];
                    "plan_id": string;
                };
                Returns: undefined;
            };
            "reorder_tasks": {
                Args: {
                    "module_id": string;
                    "task_ids": (string)[];
                };
                Returns: undefined;
            };
            "resume_mail": {
                Args: Record<PropertyKey, never>;
                Returns: boolean;
            };
            "retry_generation": {
                Args: {
                    "generation_id": string;
                };
                Returns: string;
            };
            "rotate_feed": {
                Args: {
                    "feed_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["feed_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "feed_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "save_study_windows": {
                Args: {
                    "windows": Json;
                };
                Returns: {
                    "created_at": string;
                    "ends": string;
                    "id": string;
                    "starts": string;
                    "user_id": string;
                    "weekday": number;
                }[];
                SetofOptions: {
                    from: "*";
                    to: "study_windows";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "schedule_plan": {
                Args: {
                    "plan_id": string;
                };
                Returns: undefined;
            };
            "search_plans": {
                Args: {
                    "max_results"?: number;
                    "query": string;
                };
                Returns: Database["public"]["CompositeTypes"]["found_plan"][];
                SetofOptions: {
                    from: "*";
                    to: "found_plan";
                    isOneToOne: false;
                    isSetofReturn: true;
                };
            };
            "start_export": {
                Args: {
                    "options"?: Json;
                    "plan_id": string;
                    "provider": string;
                };
                Returns: Database["public"]["CompositeTypes"]["export_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "export_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "undo_catch_up": {
                Args: {
                    "catch_up_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["catch_up_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "catch_up_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
            "undo_proposal": {
                Args: {
                    "proposal_id": string;
                };
                Returns: Database["public"]["CompositeTypes"]["proposal_receipt"];
                SetofOptions: {
                    from: "*";
                    to: "proposal_receipt";
                    isOneToOne: true;
                    isSetofReturn: false;
                };
            };
        };
        Enums: {
            "catch_up_mode": "propose" | "apply";
            "catch_up_status": "open" | "applied" | "rejected" | "undone" | "superseded";
            "connection_provider": "notion" | "google";
            "connection_status": "active" | "reconnect" | "disconnecting";
            "export_action": "export" | "remove";
            "export_item_state": "sending" | "sent" | "removing";
            "export_status": "queued" | "running" | "succeeded" | "stopped" | "failed" | "cancelled" | "removed";
            "generation_kind": "create" | "regenerate_plan" | "regenerate_module";
            "generation_scope": "whole" | "remaining";
            "generation_status": "queued" | "running" | "succeeded" | "failed" | "cancelled";
            "learning_style": "reading" | "video" | "practice" | "mixed";
            "letter_act_state": "open" | "done" | "gone" | "late";
            "notification_channel": "email" | "in_app" | "sms";
            "notification_status": "queued" | "sent" | "delivered" | "opened" | "bounced" | "complained" | "failed" | "suppressed" | "unknown";
            "plan_origin": "ai" | "template" | "manual";
            "plan_visibility": "private" | "public";
            "progress_status": "not_started" | "in_progress" | "completed";
            "proposal_status": "open" | "accepted" | "rejected" | "undone" | "superseded";
            "resource_type": "youtube" | "article" | "course" | "doc" | "other";
            "schedule_status": "waiting" | "ready" | "failed";
            "skill_level": "beginner" | "intermediate" | "advanced";
            "subscription_tier": "free" | "pro";
        };
        CompositeTypes: {
            "catch_up_receipt": {
                "catch_up_id": string | null;
                "plan_id": string | null;
                "status": Database["public"]["Enums"]["catch_up_status"] | null;
            };
            "dashboard_plan": {
                "plan_id": string | null;
                "topic": string | null;
                "is_mine": boolean | null;
                "visibility": Database["public"]["Enums"]["plan_visibility"] | null;
                "weekly_hours": number | null;
                "starts_on": string | null;
                "deadline_date": string | null;
                "total_weeks": number | null;
                "current_week": number | null;
                "total_tasks": number | null;
                "completed_tasks": number | null;
                "completion": number | null;
                "is_complete": boolean | null;
                "total_minutes": number | null;
                "completed_minutes": number | null;
                "due_this_week": Json | null;
                "due_minutes": number | null;
                "overdue_tasks": number | null;
                "generation": Json | null;
            };
            "due_task": {
                "plan_id": string | null;
                "module_id": string | null;
                "task_id": string | null;
                "week": number | null;
                "order": number | null;
                "day": number | null;
                "due_on": string | null;
                "title": string | null;
                "estimated_minutes": number | null;
                "status": Database["public"]["Enums"]["progress_status"] | null;
                "is_overdue": boolean | null;
            };
            "export_receipt": {
                "export_id": string | null;
                "plan_id": string | null;
                "provider": Database["public"]["Enums"]["connection_provider"] | null;
                "status": Database["public"]["Enums"]["export_status"] | null;
            };
            "feed_receipt": {
                "feed_id": string | null;
                "token": string | null;
            };
            "found_plan": {
                "plan_id": string | null;
                "topic": string | null;
                "skill_level": Database["public"]["Enums"]["skill_level"] | null;
                "learning_style": Database["public"]["Enums"]["learning_style"] | null;
                "weekly_hours": number | null;
                "language": string | null;
                "visibility": Database["public"]["Enums"]["plan_visibility"] | null;
                "is_mine": boolean | null;
                "similarity": number | null;
            };
            "plan_receipt": {
                "plan_id": string | null;
                "generation_id": string | null;
            };
            "proposal_receipt": {
                "proposal_id": string | null;
                "plan_id": string | null;
                "status": Database["public"]["Enums"]["proposal_status"] | null;
                "revision": number | null;
            };
            "usage": {
                "tier": string | null;
                "plans": number | null;
                "max_plans": number | null;
                "generations_in_flight": number | null;
                "max_generations_in_flight": number | null;
                "generations_this_month": number | null;
                "max_generations_per_month": number | null;
                "resets_at": string | null;
            };
        };
    };
    "worker": {
        Tables: {
            "dead_letters": {
                Row: {
                    "enqueued_at": string;
                    "error": NonNullable<Json>;
                    "failed_at": string;
                    "failures": number;
                    "id": number;
                    "message": NonNullable<Json>;
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                    "requeued_as": number | null;
                    "requeued_at": string | null;
                };
                ComputedFields: never;
                Insert: {
                    "enqueued_at": string;
                    "error": NonNullable<Json>;
                    "failed_at"?: string;
                    "failures": number;
                    "id"?: never;
                    "message": NonNullable<Json>;
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                    "requeued_as"?: number | null;
                    "requeued_at"?: string | null;
                };
                Update: {
                    "enqueued_at"?: string;
                    "error"?: NonNullable<Json>;
                    "failed_at"?: string;
                    "failures"?: number;
                    "id"?: never;
                    "message"?: NonNullable<Json>;
                    "msg_id"?: number;
                    "queue"?: string;
                    "read_ct"?: number;
                    "requeued_as"?: number | null;
                    "requeued_at"?: string | null;
                };
                Relationships: [
                    {
                        foreignKeyName: "dead_letters_queue_fkey";
                        columns: [
                            "queue"
                        ];
                        isOneToOne: false;
                        referencedRelation: "queues";
                        referencedColumns: [
                            "queue"
                        ];
                    }
                ];
            };
            "job_attempts": {
                Row: {
                    "failures": number;
                    "handed_back": number;
                    "last_error": Json | null;
                    "msg_id": number;
                    "queue": string;
                    "settled_read_ct": number;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "failures"?: number;
                    "handed_back"?: number;
                    "last_error"?: Json | null;
                    "msg_id": number;
                    "queue": string;
                    "settled_read_ct"?: number;
                    "updated_at"?: string;
                };
                Update: {
                    "failures"?: number;
                    "handed_back"?: number;
                    "last_error"?: Json | null;
                    "msg_id"?: number;
                    "queue"?: string;
                    "settled_read_ct"?: number;
                    "updated_at"?: string;
                };
                Relationships: [
                    {
                        foreignKeyName: "job_attempts_queue_fkey";
                        columns: [
                            "queue"
                        ];
                        isOneToOne: false;
                        referencedRelation: "queues";
                        referencedColumns: [
                            "queue"
                        ];
                    }
                ];
            };
            "model_prices": {
                Row: {
                    "input_usd_per_mtok": number;
                    "model": string;
                    "output_usd_per_mtok": number;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "input_usd_per_mtok": number;
                    "model": string;
                    "output_usd_per_mtok": number;
                    "updated_at"?: string;
                };
                Update: {
                    "input_usd_per_mtok"?: number;
                    "model"?: string;
                    "output_usd_per_mtok"?: number;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "platform_limits": {
                Row: {
                    "amount": number;
                    "name": string;
                    "updated_at": string;
                };
                ComputedFields: never;
                Insert: {
                    "amount": number;
                    "name": string;
                    "updated_at"?: string;
                };
                Update: {
                    "amount"?: number;
                    "name"?: string;
                    "updated_at"?: string;
                };
                Relationships: [
                ];
            };
            "queues": {
                Row: {
                    "lease_seconds": number;
                    "max_failures": number;
                    "max_lost_deliveries": number;
                    "queue": string;
                };
                ComputedFields: never;
                Insert: {
                    "lease_seconds"?: number;
                    "max_failures"?: number;
                    "max_lost_deliveries"?: number;
                    "queue": string;
                };
                Update: {
                    "lease_seconds"?: number;
                    "max_failures"?: number;
                    "max_lost_deliveries"?: number;
                    "queue"?: string;
                };
                Relationships: [
                ];
            };
        };
        Views: {
            [_ in never]: never;
        };
        Functions: {
            "act_by_letter": {
                Args: {
                    "about": string;
                    "act": string;
                    "perform"?: boolean;
                    "person": string;
                };
                Returns: {
                    "state": Database["public"]["Enums"]["letter_act_state"];
                    "title": string;
                    "topic": string;
                }[];
            };
            "begin_connection": {
                Args: {
                    "provider": string;
                    "return_to": string;
                    "sealed_verifier": string;
                    "state_hash": string;
                    "user_id": string;
                };
                Returns: undefined;
            };
            "begin_model_call": {
                Args: {
                    "at"?: string;
                    "call_id": string;
                    "ended"?: Json;
                    "model": string;
                    "msg_id": number;
                    "purpose": string;
                    "read_ct": number;
                    "report"?: Json;
                    "reserve": number;
                };
                Returns: Json;
            };
            "break_connection": {
                Args: {
                    "code": string;
                    "connection_id": string;
                    "version": number;
                };
                Returns: undefined;
            };
            "catalogue_links": {
                Args: {
                    "most"?: number;
                    "topic": string;
                };
                Returns: {
                    "checked_at": string;
                    "status": number;
                    "title": string;
                    "type": Database["public"]["Enums"]["resource_type"];
                    "url": string;
                }[];
            };
            "choose_mail": {
                Args: {
                    "enabled"?: boolean;
                    "kind"?: string;
                    "person": string;
                };
                Returns: number;
            };
            "claim_oauth_state": {
                Args: {
                    "provider": string;
                    "state_hash": string;
                    "user_id": string;
                };
                Returns: Json;
            };
            "complete_check_links": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_close_account": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_disconnect": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_export_google_calendar": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_export_notion": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_generate_plan": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_read_busy_times": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_schedule_plan": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_send_email": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_weekly_summary": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "complete_write_letters": {
                Args: {
                    "outcomes": Json;
                };
                Returns: {
                    "msg_id": number;
                    "problem": Json;
                    "read_ct": number;
                    "standing": string;
                }[];
            };
            "connections_to_reseal": {
                Args: {
                    "after"?: string;
                    "key_id": string;
                    "most"?: number;
                };
                Returns: {
                    "connection_id": string;
                    "provider": Database["public"]["Enums"]["connection_provider"];
                    "sealed_tokens": string;
                    "user_id": string;
                    "version": number;
                }[];
            };
            "end_model_calls": {
                Args: {
                    "ended": Json;
                };
                Returns: undefined;
            };
            "fail_job": {
                Args: {
                    "error": Json;
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                    "retry_in"?: string;
                };
                Returns: string;
            };
            "hand_back_jobs": {
                Args: {
                    "deliveries": Json;
                    "queue": string;
                    "retry_in"?: string;
                };
                Returns: number;
            };
            "heartbeat": {
                Args: {
                    "lease_seconds"?: number;
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                    "report"?: Json;
                };
                Returns: string;
            };
            "keep_oauth_code": {
                Args: {
                    "provider": string;
                    "sealed_code": string;
                    "state_hash": string;
                };
                Returns: Json;
            };
            "lease_refresh": {
                Args: {
                    "connection_id": string;
                    "holder": string;
                    "seconds": number;
                    "version": number;
                };
                Returns: Json;
            };
            "load_check_links": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_close_account": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_disconnect": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_export": {
                Args: {
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_feed": {
                Args: {
                    "etag"?: string;
                    "token_hash": string;
                };
                Returns: Json;
            };
            "load_generate_plan": {
                Args: {
                    "at"?: string;
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_read_busy_times": {
                Args: {
                    "at"?: string;
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_schedule_plan": {
                Args: {
                    "at"?: string;
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_send_email": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                    "sender": string;
                };
                Returns: Json;
            };
            "load_tokens": {
                Args: {
                    "connection_id": string;
                };
                Returns: Json;
            };
            "load_weekly_summary": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "load_write_letters": {
                Args: {
                    "msg_id": number;
                    "read_ct": number;
                };
                Returns: Json;
            };
            "model_day": {
                Args: {
                    "at"?: string;
                };
                Returns: Json;
            };
            "queue_depths": {
                Args: Record<PropertyKey, never>;
                Returns: {
                    "dead": number;
                    "oldest_seconds": number;
                    "queue": string;
                    "retrying": number;
                    "visible": number;
                    "waiting": number;
                }[];
            };
            "read_jobs": {
                Args: {
                    "lease_seconds"?: number;
                    "quantity"?: number;
                    "queue": string;
                };
                Returns: {
                    "alone": boolean;
                    "enqueued_at": string;
                    "failures": number;
                    "message": Json;
                    "msg_id": number;
                    "read_ct": number;
                }[];
            };
            "record_export": {
                Args: {
                    "msg_id": number;
                    "queue": string;
                    "read_ct": number;
                    "report": Json;
                };
                Returns: string;
            };
            "record_mail_event": {
                Args: {
                    "event": Json;
                    "external_id": string;
                    "payload": Json;
                    "type": string;
                };
                Returns: string;
            };
            "requeue_dead_letter": {
                Args: {
                    "dead_letter_id": number;
                };
                Returns: number;
            };
            "reseal_tokens": {
                Args: {
                    "connection_id": string;
                    "sealed_tokens": string;
                    "version": number;
                };
                Returns: boolean;
            };
            "run_schedule": {
                Args: {
                    "at"?: string;
                    "dry_run"?: boolean;
                    "schedule": string;
                };
                Returns: number;
            };
            "save_connection": {
                Args: {
                    "account_id": string;
                    "account_name": string;
                    "expires_at"?: string;
                    "provider": string;
                    "scopes": (string)[];
                    "sealed_tokens": string;
                    "user_id": string;
                };
                Returns: Json;
            };
            "save_refreshed": {
                Args: {
                    "connection_id": string;
                    "expires_at"?: string;
                    "holder": string;
                    "sealed_tokens": string;
                    "version": number;
                };
                Returns: boolean;
            };
            "schema_version": {
                Args: Record<PropertyKey, never>;
                Returns: {
                    "oldest_worker": number;
                    "schema_version": number;
                }[];
            };
            "send_notification": {
                Args: {
                    "context"?: Json;
                    "dedupe_key"?: string;
                    "kind": string;
                    "user_id": string;
                };
                Returns: number;
            };
            "upsert_user": {
                Args: {
                    "clerk_user_id": string;
                    "email"?: string;
                    "name"?: string;
                    "time_zone"?: string;
                };
                Returns: string;
            };
        };
        Enums: {
            [_ in never]: never;
        };
        CompositeTypes: {
            [_ in never]: never;
        };
    };
};
type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;
type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];
export type Tables<DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]) : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
    Row: infer R;
} ? R : never : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"]) ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
    Row: infer R;
} ? R : never : never;
export type TablesInsert<DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
} ? I : never : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
    Insert: infer I;
} ? I : never : never;
export type TablesUpdate<DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | {
    schema: keyof DatabaseWithoutInternals;
}, TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] : never = never> = DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
} ? U : never : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
    Update: infer U;
} ? U : never : never;
export type Enums<DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] | {
    schema: keyof DatabaseWithoutInternals;
}, EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"] : never = never> = DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName] : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions] : never;
export type CompositeTypes<PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"] | {
    schema: keyof DatabaseWithoutInternals;
}, CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"] : never = never> = PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName] : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"] ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions] : never;
export const Constants = {
    "public": {
        Enums: {
            "catch_up_mode": ["propose", "apply"],
            "catch_up_status": ["open", "applied", "rejected", "undone", "superseded"],
            "connection_provider": ["notion", "google"],
            "connection_status": ["active", "reconnect", "disconnecting"],
            "export_action": ["export", "remove"],
            "export_item_state": ["sending", "sent", "removing"],
            "export_status": ["queued", "running", "succeeded", "stopped", "failed", "cancelled", "removed"],
            "generation_kind": ["create", "regenerate_plan", "regenerate_module"],
            "generation_scope": ["whole", "remaining"],
            "generation_status": ["queued", "running", "succeeded", "failed", "cancelled"],
            "learning_style": ["reading", "video", "practice", "mixed"],
            "letter_act_state": ["open", "done", "gone", "late"],
            "notification_channel": ["email", "in_app", "sms"],
            "notification_status": ["queued", "sent", "delivered", "opened", "bounced", "complained", "failed", "suppressed", "unknown"],
            "plan_origin": ["ai", "template", "manual"],
            "plan_visibility": ["private", "public"],
            "progress_status": ["not_started", "in_progress", "completed"],
            "proposal_status": ["open", "accepted", "rejected", "undone", "superseded"],
            "resource_type": ["youtube", "article", "course", "doc", "other"],
            "schedule_status": ["waiting", "ready", "failed"],
            "skill_level": ["beginner", "intermediate", "advanced"],
            "subscription_tier": ["free", "pro"]
        }
    },
    "worker": {
        Enums: {}
    }
} as const;
