using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebhookBot.Clients.Slack;

/// <summary>
/// Turns channel names into ids, by a list that is read at most once a minute. A name that is not in the list, or a list that
/// cannot be read, leaves the name as it is: Slack itself may know it.
/// </summary>
public sealed partial class SlackChannels(SlackClient slack, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(6);

    // Private channels need a scope of their own (groups:read).
    private static readonly string[] WidestFirst = ["public_channel,private_channel", "public_channel"];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Dictionary<string, string> _ids = [];
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;

    /// <summary>Whether it is an id already, of a channel, a group, a direct message or a person.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>The id of a channel, or the name without its <c>#</c>.</summary>
    public async Task<string> ResolveAsync(string nameOrId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(nameOrId);
        var name = nameOrId.TrimStart('#');
        if (IsId(name))
        {
            return name;
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            var age = (time.GetUtcNow() - _readAt).Duration();
            if (age > MaxAge || (age > MinAge && !_ids.ContainsKey(name)))
            {
                await RefreshAsync(cancellation);
            }

            return _ids.GetValueOrDefault(name, name);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets the list because an id in it turned out to be wrong; it is read again when it is a minute old.</summary>
    public async Task ForgetAsync(string nameOrId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(nameOrId);
        await _gate.WaitAsync(cancellation);
        _ids.Remove(nameOrId.TrimStart('#'));
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        foreach (var types in WidestFirst)
        {
            var (ids, last) = await ListAsync(types, cancellation);
            if (last.Error != "missing_scope")
            {
                Keep(ids, isWhole: last.IsOk);
                return;
            }
        }

        Keep([], isWhole: false);
    }

    // A part is added to what is known; and also after a failure the list is not asked for again at once.
    private void Keep(Dictionary<string, string> ids, bool isWhole)
    {
        _readAt = time.GetUtcNow();
        if (isWhole)
        {
            _ids = ids;
            return;
        }

        foreach (var (name, id) in ids)
        {
            _ids[name] = id;
        }
    }

    private async Task<(Dictionary<string, string> Ids, SlackAnswer Last)> ListAsync(string types, CancellationToken cancellation)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var fields = new Dictionary<string, string?> { ["types"] = types, ["limit"] = "200", ["exclude_archived"] = "true" };
        while (true)
        {
            // Fewer than the limit may come before the end; only the cursor tells.
            var answer = await slack.ReadAsync("conversations.list", fields, cancellation);
            Collect(answer, ids);
            fields["cursor"] = answer.Body.TextAt("response_metadata", "next_cursor");
            if (!answer.IsOk || string.IsNullOrEmpty(fields["cursor"]))
            {
                return (ids, answer);
            }
        }
    }

    private static void Collect(SlackAnswer answer, Dictionary<string, string> ids)
    {
        if (!answer.IsOk || answer.Body.At("channels") is not { ValueKind: JsonValueKind.Array } channels)
        {
            return;
        }

        foreach (var channel in channels.EnumerateArray())
        {
            if (channel.TextAt("name") is { } name && channel.TextAt("id") is { } id)
            {
                ids[name] = id;
            }
        }
    }

    [GeneratedRegex(@"\A[CGDUW][A-Z0-9]{6,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
