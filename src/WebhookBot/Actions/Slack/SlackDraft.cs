using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;
using WebhookBot.Clients.Slack;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Slack;

/// <summary>A message as a rule asks for it, checked, and the form fields it becomes.</summary>
internal sealed record SlackDraft
{
    /// <summary>What our messages say they are.</summary>
    public const string MetadataType = "webhookbot_message";

    private const int MaxBlocks = 50;

    /// <summary>Where to, as the rule names it.</summary>
    public required string Channel { get; init; }

    public required string Text { get; init; }

    /// <summary>The blocks; null for a message of text alone.</summary>
    public JsonArray? Blocks { get; init; }

    /// <summary>The key of a living message; null for one that is posted and left alone.</summary>
    public string? Key { get; init; }

    /// <summary>The key of the message below which it goes.</summary>
    public string? Thread { get; init; }

    public bool Broadcast { get; init; }

    /// <summary>The draft, or what is wrong with the arguments.</summary>
    public static (SlackDraft? Draft, string? Problem) Of(JsonElement arguments)
    {
        if (arguments.TextAt("channel")?.Trim() is not { Length: > 0 } channel)
        {
            return (null, "the channel is empty");
        }

        var text = arguments.TextAt("text") ?? "";
        var (blocks, problem) = BlocksOf(arguments, text);
        problem ??= blocks is null && string.IsNullOrWhiteSpace(text) ? "the message is empty: give 'text' or 'blocks'" : null;
        var draft = new SlackDraft
        {
            Channel = channel,
            Text = text,
            Blocks = blocks,
            Key = NotBlank(arguments.TextAt("key")),
            Thread = NotBlank(arguments.TextAt("thread")),
            Broadcast = arguments.IsTrueAt("broadcast"),
        };
        return problem is null ? (draft, null) : (null, problem);
    }

    /// <summary>What is wrong with the channel that a rule names; null when nothing is.</summary>
    public static ArgumentProblem? ChannelProblem(string channel)
    {
        var name = channel.Trim();
        return name.TrimStart('#', '@').Length == 0 ? new("the channel is empty; write \"#name\", an id, or \"@login\"")
            : name.Any(char.IsWhiteSpace) ? new($"no channel is named '{name}': names of channels have no spaces; write one such as \"{name.Replace(' ', '-').ToLowerInvariant()}\"")
            : name[0] is '#' or '@' || SlackChannels.IsId(name) ? null
            : new($"'{name}' is taken for the channel \"#{name}\"; write it so, or \"@{name}\" for a person", IsCertain: false);
    }

    /// <summary>The fields that a new message and an update share.</summary>
    /// <param name="channel">The channel's id, or its name when the id is not known.</param>
    /// <param name="maxText">How long the text may be.</param>
    /// <param name="metadataKey">What the message can be found by.</param>
    public Dictionary<string, string?> Fields(string channel, int maxText, string metadataKey) => new()
    {
        ["channel"] = channel,

        // With blocks, the text is what notifications and screen readers get.
        ["text"] = Text.Length == 0 ? null : SlackText.Cut(Text, maxText),
        ["blocks"] = Blocks?.ToJsonString(),
        ["unfurl_links"] = "false",
        ["unfurl_media"] = "false",
        ["metadata"] = new JsonObject
        {
            ["event_type"] = MetadataType,
            ["event_payload"] = new JsonObject { ["key"] = MetadataKey(metadataKey) },
        }.ToJsonString(),
    };

    /// <summary>The key as metadata holds it.</summary>
    public static string MetadataKey(string key) => key.Length <= 255 ? key : key[..255];

    /// <summary>A message that stands for many.</summary>
    public static SlackDraft Of(ActionPile pile, string channel)
    {
        var lines = string.Concat(pile.Lines.Select(l => $"\n• {l}"));
        var more = pile.Count > pile.Lines.Count ? $"\n… and {pile.Count - pile.Lines.Count} more" : "";
        return new SlackDraft
        {
            Channel = channel,
            Text = $"*{pile.Count} messages for this channel piled up while Slack did not take them* (events from {pile.Since.UtcDateTime:u} to {pile.Until.UtcDateTime:u}):{lines}{more}",
        };
    }

    /// <summary>The first line of its text, for a list.</summary>
    public string Line()
    {
        var line = Text.Trim().Split('\n', 2)[0].Trim();
        return line.Length == 0 ? "(a message of blocks)" : SlackText.Cut(line, SlackText.MaxLine);
    }

    /// <summary>The same with other block ids: an update that repeats them may be ignored by clients.</summary>
    public SlackDraft WithFreshBlockIds(long sequence)
    {
        var fresh = (JsonArray?)Blocks?.DeepClone();
        for (var i = 0; i < (fresh?.Count ?? 0); i++)
        {
            if (fresh![i] is JsonObject block)
            {
                var id = (block["block_id"] as JsonValue)?.ToString() ?? $"b{i}";
                block["block_id"] = $"{(id.Length <= 230 ? id : id[..230])}-{sequence}";
            }
        }

        return this with { Blocks = fresh };
    }

    private static (JsonArray? Blocks, string? Problem) BlocksOf(JsonElement arguments, string text)
    {
        var given = arguments.At("blocks");
        if (given.IsPresent() && given.ValueKind != JsonValueKind.Array)
        {
            return (null, "blocks must be a list");
        }

        var (buttons, problem) = SlackButtons.Of(arguments.At("buttons"));
        var blocks = given.IsPresent() ? JsonArray.Create(given)! : [];
        if (blocks.Count == 0 && buttons is not null && !string.IsNullOrWhiteSpace(text))
        {
            blocks.Add(Section(text));
        }

        if (buttons is not null)
        {
            blocks.Add(buttons);
        }

        problem ??= blocks.Count > MaxBlocks ? $"{blocks.Count} blocks are more than the {MaxBlocks} that Slack takes" : null;
        return problem is not null || blocks.Count == 0 ? (null, problem) : (blocks, null);
    }

    // Verbatim, so that Slack itself makes nothing of names and addresses in the text.
    private static JsonObject Section(string text) => new()
    {
        ["type"] = "section",
        ["text"] = new JsonObject { ["type"] = "mrkdwn", ["text"] = SlackText.Cut(text, SlackText.MaxSection), ["verbatim"] = true },
    };

    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
