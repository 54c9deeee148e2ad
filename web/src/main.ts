import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { followLeaving } from './data/leaving'
import { showUnread } from './live/badge'
import { tellLooking } from './live/looking'
import { onNotification } from './live/notify'
import { followSession } from './live/visit'
import { router } from './router'
import './skin/skin.css'
import { followLanguage, words } from './words'
import { registerWorker } from './worker'

const app = createApp(App).use(createPinia()).use(words.plugin)

followSession(() => void router.push({ name: 'login' }))
followLanguage()
followLeaving()
showUnread()
tellLooking()
onNotification((id) => void router.push({ name: 'thread', params: { id } }))
app.use(router).mount('#app')
registerWorker()
