import { learn } from '@/words'
import de from '@/words/administration/de.json'
import en from '@/words/administration/en.json'

learn({ en, de })
