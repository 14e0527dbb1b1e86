using LiteDB;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Whether a document passes a query. Works on the document as it is; only what passes is unpacked.</summary>
internal static class IndexFilter
{
    public static IndexDocument? Match(BsonDocument document, DeliveryQuery query)
    {
        if (!IsEqual(document, "source", query.Source)
            || !IsEqual(document, "subject", query.Subject)
            || !IsEvent(document["event"].AsString, query.Event)
            || (query.Status is { } status && document["status"].AsInt32 != (int)status)
            || (query.Since is { } since && document["received"].AsInt64 < since.UtcTicks))
        {
            return null;
        }

        var match = IndexDocument.FromBson(document);
        return query.Rule is { } rule && !match.Progress.Matched.Contains(rule) ? null : match;
    }

    private static bool IsEqual(BsonDocument document, string field, string? wanted) =>
        wanted is null || string.Equals(document[field].AsString, wanted, StringComparison.Ordinal);

    public static bool IsEvent(string name, string? wanted) =>
        wanted is null
        || (wanted.EndsWith('*')
            ? name.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal)
            : string.Equals(name, wanted, StringComparison.Ordinal));
}
