namespace WebhookBot.Journal;
public static class JournalSetup { public static IServiceCollection AddJournal(this IServiceCollection s) => s; }
