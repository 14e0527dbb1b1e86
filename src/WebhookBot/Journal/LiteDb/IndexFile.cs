namespace WebhookBot.Journal.LiteDb;

/// <summary>The index's files: opened when they can be believed, else thrown away.</summary>
internal sealed partial class IndexFile(string path, Log log, ILogger logger)
{
    // As it was opened: meanwhile it may have grown beyond what the index of another log reaches.
    private readonly LogPosition _end = log.Committed;

    private readonly IndexMarker _marker = new(path);

    private string LogPath { get; } = LogPathOf(path);

    public (IndexDatabase Database, IndexPosition Position) Open()
    {
        var trust = _marker.Read();
        if (IsUndamaged(trust))
        {
            _marker.Open();
            if (TryOpen(trust) is { } opened)
            {
                return opened;
            }
        }
        else if (File.Exists(path))
        {
            LogNotBelieved();
        }

        Delete(path);
        _marker.Open();
        return (new IndexDatabase(path, LogPath), IndexPosition.Start);
    }

    public void Close(IndexDatabase database)
    {
        try
        {
            database.Dispose();
        }
        catch
        {
            Delete(path);
            throw;
        }

        _marker.Close();
    }

    /// <summary>Lets go of a database that failed, and of its files.</summary>
    public void Discard(IndexDatabase? database)
    {
        TryDispose(database);
        try
        {
            Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Opening it tries again; until that works there is no index.
            LogNotClosed(exception);
        }
    }

    private (IndexDatabase Database, IndexPosition Position)? TryOpen(IndexTrust trust)
    {
        IndexDatabase? database = null;
        try
        {
            database = new IndexDatabase(path, LogPath);
            if (database.ReadPosition() is { } position
                && IsOfThisLog(position)
                && (trust == IndexTrust.Closed || database.IsSound(position)))
            {
                return (database, position);
            }

            LogNotBelieved();
        }
        catch (Exception exception)
        {
            // A damaged file makes LiteDB throw nearly anything; whatever it is, the log has it all.
            LogNotOpened(exception);
        }

        TryDispose(database);
        return null;
    }

    // Nothing of it is shown to LiteDB that LiteDB did not write.
    private bool IsUndamaged(IndexTrust trust)
    {
        if (trust == IndexTrust.Closed)
        {
            // All of it is in the file that was sealed.
            DeleteLog(path);
        }

        return trust == IndexTrust.Closed || (trust == IndexTrust.Written && PageSums.AreRight(path) && PageSums.AreRight(LogPath));
    }

    private bool IsOfThisLog(IndexPosition position) =>
        log.Find(position.Next.Segment) is { } segment
        && segment.Header.Salt == position.Salt
        && position.Next.Offset <= segment.Length
        && position.Next <= _end
        && position.Frames <= segment.Frames;

    private void TryDispose(IndexDatabase? database)
    {
        try
        {
            database?.Abandon();
            database?.Dispose();
        }
        catch (Exception exception)
        {
            LogNotClosed(exception);
        }
    }

    /// <summary>Removes an index's files; those that are not there are no matter.</summary>
    public static void Delete(string path)
    {
        new IndexMarker(path).Delete();
        File.Delete(path);
        File.Delete(PageSums.PathOf(path));
        DeleteLog(path);
    }

    private static void DeleteLog(string path)
    {
        File.Delete(LogPathOf(path));
        File.Delete(PageSums.PathOf(LogPathOf(path)));
    }

    private static string LogPathOf(string path) => Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + "-log.db");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index is damaged, does not fit the journal, or was not closed before the machine stopped; it is made again")]
    private partial void LogNotBelieved();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index cannot be opened; it is made again")]
    private partial void LogNotOpened(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The failed index did not close cleanly")]
    private partial void LogNotClosed(Exception exception);
}
