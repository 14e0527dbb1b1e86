using System.Collections;
using System.Reflection;
using LiteDB.Engine;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// A transaction of LiteDB that was cut off by a failure is ended by its finalizer, which throws when the pages under it are not as it
/// expects; and a finalizer that throws ends the process. So the transactions of an engine that failed lose their finalizers. LiteDB has
/// no way to ask for them: the names are those of 5.0.20, and a test tells when they are no longer.
/// </summary>
internal static class FailedTransactions
{
    private const BindingFlags Private = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Takes their finalizers away. How many transactions were open.</summary>
    public static int Bury(LiteEngine engine)
    {
        var open = Open(engine);
        foreach (var transaction in open)
        {
#pragma warning disable CA1816 // Not ours, and that is the point.
            GC.SuppressFinalize(transaction);
#pragma warning restore CA1816
        }

        return open.Count;
    }

    private static List<object> Open(LiteEngine engine)
    {
        var monitor = typeof(LiteEngine).GetField("_monitor", Private)?.GetValue(engine);
        var transactions = monitor?.GetType().GetField("_transactions", Private)?.GetValue(monitor) as IDictionary;
        return transactions is null ? [] : [.. transactions.Values.Cast<object>()];
    }
}
