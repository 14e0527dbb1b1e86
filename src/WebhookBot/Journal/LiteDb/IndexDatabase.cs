using System.Globalization;
using LiteDB;
using LiteDB.Engine;

namespace WebhookBot.Journal.LiteDb;

/// <summary>How far the index is: the next frame to read, how many of its segment were read before it, and how many deliveries are held.</summary>
internal sealed record IndexPosition(LogPosition Next, long Frames, long Deliveries, uint Salt)
{
    public static readonly IndexPosition Start = new(default, 0, 0, 0);
}

/// <summary>
/// The documents, in LiteDB. Used by one thread only, queried by <c>_id</c> alone and with parameters only: further indexes would
/// halve its speed each, and what lists filter by is read in slices from the newest on.
/// </summary>
internal sealed class IndexDatabase : IDisposable
{
    public const int FormatVersion = 3;

    private const int PositionId = 1;
    private const int FirstSlice = 256;
    private const int LargestSlice = 4096;
    private const int MostLookedAt = 50_000;
    private const int DeleteSlice = 500;

    private readonly PlainStream _file;
    private readonly PlainStream _log;
    private readonly LiteEngine _engine;
    private readonly LiteDatabase _database;
    private readonly ILiteCollection<BsonDocument> _deliveries;
    private readonly ILiteCollection<BsonDocument> _state;

    public IndexDatabase(string path, string logPath)
    {
        (_file, _log) = (new PlainStream(path), new PlainStream(logPath));
        try
        {
            _engine = new LiteEngine(new EngineSettings { DataStream = _file, LogStream = _log, Collation = Collation.Binary });
            _database = new LiteDatabase(_engine);
            ThrowIfUnwritten();
        }
        catch
        {
            _database?.Dispose();
            CloseFiles();
            throw;
        }

        _deliveries = _database.GetCollection("deliveries", BsonAutoId.Int64);
        _state = _database.GetCollection("state", BsonAutoId.Int32);
    }

    /// <summary>Where it stands; null when it does not say or is of another format.</summary>
    public IndexPosition? ReadPosition()
    {
        var document = _state.FindById(PositionId);
        return document is null || document["format"].AsInt32 != FormatVersion
            ? null
            : new IndexPosition(
                new LogPosition(document["next"].AsInt64),
                document["frames"].AsInt64,
                document["deliveries"].AsInt64,
                (uint)document["salt"].AsInt64);
    }

    public IndexDocument? Find(long sequence) =>
        _deliveries.FindById(sequence) is { } document ? IndexDocument.FromBson(document) : null;

    /// <summary>Writes documents and, in the same transaction, how far the log is read with them.</summary>
    public void Save(IReadOnlyCollection<IndexDocument> documents, IndexPosition position)
    {
        _database.BeginTrans();
        _deliveries.Insert(documents.Where(one => one.IsNew).Select(one => one.ToBson()));
        _deliveries.Update(documents.Where(one => !one.IsNew).Select(one => one.ToBson()));
        Commit(position);
    }

    /// <summary>Deletes up to a slice of the documents in that range of ids whose delivery stands in that segment. How many it found.</summary>
    public int Forget(int segment, long from, long to, IndexPosition position)
    {
        var gone = _deliveries.Query().Where("_id BETWEEN @0 AND @1", from, to).ToEnumerable()
            .Where(document => new LogPosition(document["position"].AsInt64).Segment <= segment)
            .Select(document => document["_id"])
            .Take(DeleteSlice)
            .ToList();
        if (gone.Count == 0)
        {
            return 0;
        }

        _database.BeginTrans();
        foreach (var id in gone)
        {
            _deliveries.Delete(id);
        }

        Commit(position with { Deliveries = position.Deliveries - gone.Count });
        return gone.Count;
    }

    private void Commit(IndexPosition position)
    {
        _state.Upsert(new BsonDocument
        {
            ["_id"] = PositionId,
            ["format"] = FormatVersion,
            ["next"] = position.Next.Value,
            ["frames"] = position.Frames,
            ["deliveries"] = position.Deliveries,
            ["salt"] = (long)position.Salt,
        });
        if (!_database.Commit())
        {
            throw new IOException("The index did not take a batch.");
        }

        ThrowIfUnwritten();
    }

    /// <summary>Newest first. A page may be short or empty and still have a next one, when much had to be looked at.</summary>
    public DeliveryPage Page(DeliveryQuery query)
    {
        var lastSequence = _deliveries.Query().OrderByDescending("_id").Limit(1).FirstOrDefault()?["_id"].AsInt64 ?? 0;
        var firstSequence = _deliveries.Query().OrderBy("_id").Limit(1).FirstOrDefault()?["_id"].AsInt64 ?? 1;
        var limit = Math.Clamp(query.Limit, 1, 1000);
        var below = query.Cursor is { } cursor && long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? Math.Min(sequence, lastSequence + 1)
            : lastSequence + 1;
        var items = new List<DeliverySummary>();
        var looked = 0;
        for (var slice = FirstSlice; below > firstSequence && looked < MostLookedAt; slice = Math.Min(slice * 2, LargestSlice))
        {
            var from = Math.Max(firstSequence, below - slice);
            foreach (var document in Slice(from, below - 1))
            {
                if (IndexFilter.Match(document, query) is not { } match)
                {
                    continue;
                }

                items.Add(match.ToSummary());
                if (items.Count == limit)
                {
                    return new DeliveryPage(items, match.Meta.Sequence > firstSequence ? Cursor(match.Meta.Sequence) : null);
                }
            }

            looked += (int)(below - from);
            below = from;
        }

        return new DeliveryPage(items, below > firstSequence ? Cursor(below) : null);
    }

    /// <summary>Walks every delivery and reads some whole; false when it does not hold what it says.</summary>
    public bool IsSound(IndexPosition position)
    {
        const int SpotEvery = 997;
        var count = 0L;
        var last = 0L;
        foreach (var document in _deliveries.Query().OrderBy("_id").Select("{_id}").ToEnumerable())
        {
            var id = document["_id"].AsInt64;
            if (id <= last)
            {
                return false;
            }

            last = id;
            count++;
        }

        for (var id = last; id > 0; id -= SpotEvery)
        {
            Find(id);
        }

        return count == position.Deliveries;
    }

    /// <summary>To be called before a database that failed is disposed of: nothing of it may come to life again.</summary>
    public void Abandon() => FailedTransactions.Bury(_engine);

    public void Dispose()
    {
        try
        {
            _database.Dispose();
            ThrowIfUnwritten();
        }
        finally
        {
            CloseFiles();
        }
    }

    private void ThrowIfUnwritten()
    {
        if ((_file.Failure ?? _log.Failure) is { } failure)
        {
            throw new IOException($"The index cannot be written: {failure.Message}", failure);
        }
    }

    private static string Cursor(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);

    // LiteDB leaves the streams it was given open.
    private void CloseFiles()
    {
        _file.Dispose();
        _log.Dispose();
    }

    private List<BsonDocument> Slice(long from, long to)
    {
        var documents = _deliveries.Query().Where("_id BETWEEN @0 AND @1", from, to).ToList();
        documents.Sort((a, b) => b["_id"].AsInt64.CompareTo(a["_id"].AsInt64));
        return documents;
    }
}
