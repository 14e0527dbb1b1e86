using LiteDB;
using LiteDB.Engine;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class FailedTransactionsTests
{
    [Fact]
    public void Finds_the_transactions_that_are_open()
    {
        using var engine = new LiteEngine(new EngineSettings { DataStream = new MemoryStream() });
        using var database = new LiteDatabase(engine, disposeOnClose: false);
        Assert.Equal(0, FailedTransactions.Bury(engine));

        database.BeginTrans();
        database.GetCollection("things").Insert(new BsonDocument { ["_id"] = 1 });

        Assert.Equal(1, FailedTransactions.Bury(engine));
        database.Rollback();
    }
}
